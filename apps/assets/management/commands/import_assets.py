from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts import addresses
from apps.accounts.management.finding import found_site
from apps.assets import exchange
from apps.assets.exchange import Plan, Taken


class Command(BaseCommand):
    help = (
        "Bring pushes and popups in from a file that export_assets, or “Export” in the back "
        "office, has made. Either all of it is imported or nothing. What names a property, label "
        "tag or segment that the site does not have is imported as a draft, and said. Pictures of "
        "the file become images of the site, for which PUBLIC_URL has to be set. Doing it twice "
        "changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("site", help="name of the site that the assets go to, or its number")
        parser.add_argument("file", help="the JSON file")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen and write nothing"
        )
        parser.add_argument(
            "--taken",
            choices=Taken.values,
            default=Taken.SKIP,
            help="what to do where the site has another asset of the same name: leave it as it is "
            "(skip), replace its content, or add the new one as a copy. Default: skip",
        )
        parser.add_argument(
            "--keep-status",
            action="store_true",
            help="let assets be active or archived as the file says; else all arrive as drafts",
        )
        parser.add_argument(
            "--leave-out-broken",
            action="store_true",
            help="import the rest when something cannot be imported; else nothing is",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        site = found_site(options["site"])
        path = Path(options["file"])
        try:
            with path.open("rb") as file:
                data = exchange.read(file.read(exchange.MAX_FILE_BYTES + 1))
            plan = exchange.plan(data, site, keeps_status=options["keep_status"])
        except (OSError, exchange.Unreadable) as error:
            raise CommandError(str(error)) from error
        except addresses.Unknown as error:
            raise CommandError(
                f"Nothing was imported: the file brings pictures. {error}"
            ) from error
        self._say(plan)
        if options["dry_run"]:
            self.stdout.write("Nothing was written.")
            return
        if plan.refused and not options["leave_out_broken"]:
            raise CommandError(
                "Nothing was imported. Mend the file, or let --leave-out-broken import the rest."
            )
        try:
            outcome = exchange.run(
                data,
                site,
                None,
                taken=Taken(options["taken"]),
                keeps_status=options["keep_status"],
                file_name=path.name,
                pictures=plan.pictures,
            )
        except exchange.Overtaken as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Imported into {site}: {outcome.words}.")

    def _say(self, plan: Plan) -> None:
        for each in plan.everything:
            self.stdout.write(f"{each.verdict.label}: {each.kind} “{each.name}”")
            for problem in (*each.problems, *each.notes):
                self.stdout.write(f"  {problem.field}: {problem.message}")
            for change in each.changes:
                self.stdout.write(f"  differs: {change.place}")
        if plan.coming_pictures:
            self.stdout.write(f"Pictures: {plan.coming_pictures}")
