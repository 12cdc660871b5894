from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.crypto import get_random_string

from config.demo.seed import seed


class Command(BaseCommand):
    help = (
        "Make the demo's site, contacts, segments, assets and published journey where they are "
        "missing, and set the password of the user “demo” (DEMO_PASSWORD, else a random one)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=settings.DEMO_PORT, help="port that the demo shop is on"
        )

    def handle(self, *args: Any, **options: Any) -> str:
        password = settings.DEMO_PASSWORD or get_random_string(16)
        seed(port=options["port"], password=password)
        if not settings.DEMO_PASSWORD:
            self.stdout.write(f"User “demo”, password: {password}")
        return ""
