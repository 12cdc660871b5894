import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import Site
from apps.devices import audience


class Command(BaseCommand):
    help = (
        "Recompute what is kept about contacts (reachable, push status of the last session, last "
        "seen) and about subscriptions (one live for each device and each endpoint, the hash of "
        "the endpoint), and compare. Prints what differs, with the ids of a few rows, and exits "
        "with 1; prints that all is true, and exits with 0. Only reads, unless --fix is given; "
        "safe while visitors come and go."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--site", metavar="NAME", help="only this site, by its name; all of them otherwise"
        )
        parser.add_argument(
            "--fix",
            action="store_true",
            help="write down what was recomputed, then compare again: exits with 0 when all is "
            "true afterwards",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        site = self._site(options["site"])
        found = self._report(site)
        if found and options["fix"]:
            repaired = audience.repair(site)
            self.stdout.write(f"Repaired {repaired} rows. Comparing again.")
            found = self._report(site)
        if found:
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS("The audience is true."))

    def _site(self, name: str | None) -> Site | None:
        if name is None:
            return None
        try:
            return Site.objects.get(name=name)
        except Site.DoesNotExist as error:
            names = ", ".join(f"“{site}”" for site in Site.objects.all()[:20])
            raise CommandError(f"There is no site “{name}”, only {names or 'none'}.") from error

    def _report(self, site: Site | None) -> bool:
        found = False
        for finding in audience.verify(site):
            found = True
            model = finding.model._meta
            what = model.verbose_name if finding.count == 1 else model.verbose_name_plural
            ids = ", ".join(map(str, finding.examples))
            more = " …" if finding.count > len(finding.examples) else ""
            self.stdout.write(f"{finding.count} {what}: {finding.check.value} (id {ids}{more})")
        return found
