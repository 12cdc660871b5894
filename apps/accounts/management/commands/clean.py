from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.accounts.privacy import retention


class Command(BaseCommand):
    help = (
        "Remove the events, sessions, finished messages and reports of imports that are older "
        "than the RETENTION_… settings keep them. The worker does so every night; it may be "
        "stopped at any moment and run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="only say how many rows of what would go"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            counts, words = {name: rows.count() for name, rows in retention.too_old()}, "would go"
        else:
            (counts, _), words = retention.clean(), "removed"
        for name, number in counts.items():
            self.stdout.write(f"{number:>12,} {name} {words}")
        if not counts:
            self.stdout.write("Everything is kept for ever: no RETENTION_… setting says otherwise.")
