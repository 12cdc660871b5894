import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts import audit
from apps.accounts.management.finding import found_site
from apps.assets import exchange
from apps.assets.models import Asset


class Command(BaseCommand):
    help = (
        "Write the pushes and popups of a site as one JSON file, with their buttons, variations "
        "and labels, and the label tags and uploaded images that they name. import_assets takes "
        "it, on this install or another. Other pictures stay at their addresses."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("site", help="the site’s name, or its number")
        parser.add_argument(
            "--name",
            action="append",
            metavar="NAME",
            help="resource name of an asset to write; may be repeated. Left out: all assets that "
            "are not archived",
        )
        parser.add_argument("--output", help="file to write; standard output when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        site = found_site(options["site"])
        assets = Asset.objects.filter(site=site)
        if names := options["name"]:
            assets = assets.filter(name__in=names)
            known = set(assets.non_polymorphic().values_list("name", flat=True))
            if missing := [name for name in names if name not in known]:
                raise CommandError(f"{site} has no asset “{missing[0]}”.")
        else:
            assets = assets.exclude(status=Asset.Status.ARCHIVED)
        try:
            text = exchange.text(assets, by=audit.COMMAND_LINE)
        except exchange.NotExported as error:
            raise CommandError(f"{error} --name says which.") from error
        if not options["output"]:
            self.stdout.write(text, ending="")
            return
        try:
            Path(options["output"]).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(str(error)) from error
        sys.stderr.write(f"{assets.count()} assets in {options['output']}\n")
