"""What the commands that export have in common."""

import getpass
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts import audit, exporting
from apps.accounts.models import Site


def find_site(name: str) -> Site:
    """Return the site. Raises CommandError with the names that there are."""
    site = Site.objects.filter(name=name).first()
    if site is None:
        known = ", ".join(Site.objects.values_list("name", flat=True)[:20])
        raise CommandError(f"There is no site “{name}”; there are: {known or '-'}")
    return site


class ExportCommand(BaseCommand):
    """Writes lines to a file that only its owner may read, or to standard output."""

    what = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", required=True, help="name of the site, for example “Shop”")
        parser.add_argument("--output", help="file to write; standard output when left out")
        parser.add_argument(
            "--format",
            choices=[exporting.CSV, exporting.JSON_LINES],
            default=exporting.CSV,
            help="CSV, or one JSON object a line",
        )

    def lines(self, site: Site, format_: str) -> Iterator[str]:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        site = find_site(options["site"])
        lines = self.lines(site, options["format"])
        by = f"{getpass.getuser()}, by command"
        audit.note(audit.Action.EXPORTED, site=site, by=by, subject=self.what)
        if not options["output"]:
            for line in lines:
                self.stdout.write(line, ending="")
            return
        path = Path(options["output"])
        path.touch(mode=0o600)
        count = 0
        with path.open("w", newline="") as file:
            for line in lines:
                count += 1
                file.write(line)
        sys.stderr.write(f"{count:,} lines in {path}\n")
