"""What the pages of a popup and of its variations post to their preview."""

from django.contrib.auth.models import Permission

from apps.assets.models import Popup
from tests.assets.test_popup_forms import a_form
from tests.assets.varied import no_buttons
from tests.factories import a_property, a_site, a_user

PREVIEW = "/admin/assets/popup/editor/preview/"
TAGS = "/admin/assets/popup/editor/tags/"
CONTACTS = "/admin/assets/popup/editor/contacts/"


def a_known_site():
    site = a_site()
    a_property(site, "first_name")
    a_property(site, "city")
    return site


def with_rights(client, *names):
    user = a_user()
    rights = Permission.objects.filter(codename__in=names, content_type__app_label="assets")
    user.user_permissions.add(*rights)
    client.force_login(user)
    return client


def a_page(popup, **changes):
    """Return what the page of the popup posts."""
    form = a_form(popup.site, **changes)
    del form["site"]
    return {**form, "asset": popup.pk}


def a_variation_page(popup, variation=None, **changes):
    own = {name for name in Popup.VARIED if name in changes}
    same = {f"same_{name}": "on" for name in Popup.VARIED if name not in own}
    basics = {"name": "German", "status": "draft", "rule": "", "asset": popup.pk}
    number = variation.pk if variation else 0
    shown = {"variation": number, "preview-version": number}
    return no_buttons(**{**basics, **same, **shown, **changes})


def asked(client, form):
    answer = client.post(PREVIEW, form)
    assert answer.status_code == 200
    return answer.json()
