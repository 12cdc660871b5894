from collections.abc import Iterator

from apps.accounts.management.exporting import ExportCommand
from apps.accounts.models import Site
from apps.devices import exporting
from apps.devices.models import Subscription


class Command(ExportCommand):
    help = (
        "Write the live push subscriptions of a site, without those of people who have "
        "unsubscribed. Together with export_vapid_keys they can be "
        "taken to any other sender; keep both secret."
    )
    what = "subscriptions"

    def lines(self, site: Site, format_: str) -> Iterator[str]:
        rows = Subscription.objects.filter(device__contact__site=site)
        return exporting.subscriptions(rows, format_=format_)
