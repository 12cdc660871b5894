from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from apps.accounts import addresses, sites


class Command(BaseCommand):
    help = (
        "Make a site with its VAPID keys and its draft journey “Ask for push permission”, "
        "and print the script tag for its pages."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="as visitors know it, for example “Shop”")
        parser.add_argument("home", help="its home page, for example https://shop.example/")
        parser.add_argument(
            "--origin",
            action="append",
            required=True,
            help="where its pages are, for example https://shop.example; may be repeated",
        )
        parser.add_argument(
            "--contact",
            required=True,
            help="under which push services reach you, for example mailto:web@shop.example",
        )
        parser.add_argument("--time-zone", default="UTC", help="for example Europe/Berlin")
        parser.add_argument("--language", default="en", help="for example en or pt-BR")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            site = sites.create(
                name=options["name"],
                home=options["home"],
                origins=options["origin"],
                vapid_subject=options["contact"],
                time_zone=options["time_zone"],
                default_language=options["language"],
            )
        except ValidationError as error:
            lines = [f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items()]
            raise CommandError("\n".join(lines)) from error
        self.stdout.write(self.style.SUCCESS(f"Made the site “{site}”."))
        self.stdout.write(
            f'<script async src="{_script()}" data-site="{site.public_key}"></script>'
        )


def _script() -> str:
    try:
        return addresses.absolute(reverse("script"))
    except addresses.Unknown:
        return f"https://YOUR-PUSHDESK{reverse('script')}"
