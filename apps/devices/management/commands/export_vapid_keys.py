import json
from argparse import ArgumentParser
from collections.abc import Iterator

from apps.accounts.management.exporting import ExportCommand
from apps.accounts.models import Site
from apps.devices import exporting


class Command(ExportCommand):
    help = (
        "Write the VAPID key pairs of a site as JSON, the private ones in the clear: whoever has "
        "them and the subscriptions can send to the site’s visitors."
    )
    what = "VAPID private keys"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(format="json")

    def lines(self, site: Site, format_: str) -> Iterator[str]:
        yield json.dumps(exporting.vapid_keys(site), indent=2) + "\n"
