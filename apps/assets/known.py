"""What tags can name on a site."""

from apps.accounts.models import Site
from apps.assets.models import LabelTag
from apps.assets.rendering import CORE_STATE
from apps.assets.tags import Known
from apps.segments import catalogue


def names(site: Site) -> Known:
    """Return the names that tags of the site may use, by root, in four queries.

    An event's properties are those of any event. What `journey` holds is copied by journeys as
    they run, so nobody can say beforehand.
    """
    context = catalogue.of_site(site)
    return {
        "state": {*context.properties, *CORE_STATE},
        "event": {name for names in context.event_properties.values() for name in names},
        "journey": None,
        "label": set(LabelTag.objects.filter(site=site).values_list("name", flat=True)),
    }
