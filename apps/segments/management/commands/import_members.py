from argparse import ArgumentParser
from typing import Any

from apps.accounts.management.importing import ImportCommand
from apps.segments.importing import ADD, REPLACE
from apps.segments.models import Segment


class Command(ImportCommand):
    help = (
        "Put contacts on the list of an imported segment, by a file of their external ids. "
        "Makes the segment where it is missing. Doing it twice changes nothing."
    )
    kind = "members"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--segment", default="", help="name of the imported segment")
        parser.add_argument(
            "--replace", action="store_true", help="take off the list who is not in the file"
        )

    def chosen(self, options: dict[str, Any]) -> dict[str, Any]:
        found = Segment.objects.filter(
            site__name=options["site"], name=options["segment"], kind=Segment.Kind.IMPORTED
        ).first()
        return {
            "segment": found.pk if found else "",
            "new_segment": options["segment"],
            "mode": REPLACE if options["replace"] else ADD,
        }
