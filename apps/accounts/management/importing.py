"""What the commands that import a file have in common."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from apps.accounts.imports import kinds, running, steering
from apps.accounts.imports.sniffing import FileRefused
from apps.accounts.management.exporting import find_site
from apps.accounts.models import Import

SHOWN_ISSUES = 20
WAIT_SECONDS = 0.5


class ImportCommand(BaseCommand):
    """Brings a file in through the engine of the back office, in the foreground."""

    kind = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", help="CSV or JSON Lines, in UTF-8")
        parser.add_argument("--site", help="name of the site, for example “Shop”")
        parser.add_argument(
            "--dry-run", action="store_true", help="go through the file and write nothing"
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="COLUMN=FIELD",
            help="where a column goes, for example “Mail=state.email:text”; nothing after the = "
            "leaves it out. May be repeated; the others are mapped by their names",
        )
        parser.add_argument(
            "--empty-removes",
            action="store_true",
            help="let an empty cell remove what was known before; else it changes nothing",
        )
        parser.add_argument(
            "--resume", type=int, metavar="ID", help="go on with an import that was interrupted"
        )

    def chosen(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the options of the kind."""
        return {}

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            import_ = self._resumed(options) if options["resume"] else self._received(options)
        except (FileRefused, OSError) as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            lines = [f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items()]
            raise CommandError("\n".join(line.removeprefix(": ") for line in lines)) from error
        try:
            self._follow(import_)
        except KeyboardInterrupt as error:
            raise CommandError(f"Stopped. Go on with --resume {import_.pk}") from error
        self._report(import_)
        if options["dry_run"]:
            steering.stop(import_)

    def _resumed(self, options: dict[str, Any]) -> Import:
        found = Import.objects.filter(pk=options["resume"], kind=self.kind).first()
        if found is None:
            raise CommandError(f"There is no import {options['resume']} of this kind.")
        if not (steering.resume(found) or found.status in Import.MOVING):
            raise CommandError(f"Import {found.pk} cannot be gone on with: {found.status}.")
        return found

    def _received(self, options: dict[str, Any]) -> Import:
        if not options["file"] or not options["site"]:
            raise CommandError("Name the file and --site, or an import to --resume.")
        site = find_site(options["site"])
        kind = kinds.find(self.kind)
        with Path(options["file"]).open("rb") as file:
            import_ = steering.receive(kind, site, File(file), options=self.chosen(options))
        try:
            chosen = dict(pair.rsplit("=", 1) for pair in options["map"] if "=" in pair)
            mapped = {**import_.mapping, **chosen}
            steering.remap(import_, mapped, empty_removes=options["empty_removes"])
            (steering.check if options["dry_run"] else steering.run)(import_)
        except ValidationError:
            steering.stop(import_)
            raise
        self.stdout.write(f"Import {import_.pk}: go on with --resume {import_.pk} if interrupted.")
        for column, target in import_.mapping.items():
            self.stdout.write(f"  {column} → {target}")
        self.stdout.flush()
        return import_

    def _follow(self, import_: Import) -> None:
        begun, before = time.monotonic(), import_.rows
        while import_.status in Import.MOVING:
            if not running.advance(import_.pk):
                # A worker in the background has this batch.
                time.sleep(WAIT_SECONDS)
            import_.refresh_from_db()
            percent = 100 * import_.position // max(import_.size, 1)
            rate = (import_.rows - before) / max(time.monotonic() - begun, 0.001)
            self.stdout.write(
                f"\r{percent:3} %  {import_.rows:,} rows, {rate:,.0f} a second   ", ending=""
            )
            self.stdout.flush()
        self.stdout.write("")

    def _report(self, import_: Import) -> None:
        self.stdout.write(
            f"{import_.get_status_display()}: {import_.rows:,} rows; {import_.created:,} new, "
            f"{import_.updated:,} changed, {import_.unchanged:,} unchanged, "
            f"{import_.broken:,} left out. {import_.message}".rstrip()
        )
        for issue in import_.issues.all()[:SHOWN_ISSUES]:
            at = f" {issue.field}" if issue.field else ""
            shown = f" “{issue.value}”" if issue.value else ""
            self.stdout.write(f"  row {issue.row}{at}: {issue.message}{shown}")
        if import_.status == Import.Status.FAILED:
            raise CommandError(import_.message)
