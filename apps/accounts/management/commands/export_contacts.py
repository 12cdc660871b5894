from collections.abc import Iterator

from apps.accounts import exporting
from apps.accounts.management.exporting import ExportCommand
from apps.accounts.models import Contact, Site


class Command(ExportCommand):
    help = (
        "Write the contacts of a site that have an external id, with their properties. "
        "import_contacts takes the file back and changes nothing."
    )
    what = "contacts"

    def lines(self, site: Site, format_: str) -> Iterator[str]:
        return exporting.contacts(Contact.objects.filter(site=site), format_=format_)
