from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from apps.accounts import api_keys, audit
from apps.accounts.management.finding import found_site
from apps.accounts.models import ApiKey


class Command(BaseCommand):
    help = (
        "Make an API key of a site and print its token, which is kept nowhere: copy it now. "
        f"Scopes: {', '.join(ApiKey.Scope.values)}."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("site", help="the site’s name, or its number")
        parser.add_argument("name", help="which system uses the key, for example “Shop backend”")
        parser.add_argument(
            "--scope", action="append", required=True, help="what it may do; may be repeated"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            _, token = api_keys.create(
                found_site(options["site"]),
                name=options["name"],
                scopes=options["scope"],
                by=audit.COMMAND_LINE,
            )
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(token)
