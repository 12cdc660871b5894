from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from apps.accounts.management.importing import ImportCommand


class Command(ImportCommand):
    help = (
        "Bring push subscriptions in from another provider, with the VAPID private key that they "
        "were made with. Nobody has to be asked again. Doing it twice changes nothing."
    )
    kind = "subscriptions"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--private-key-file",
            help="holds the old VAPID private key: PEM, or one line of base64; not needed when "
            "the file names keys that this site has",
        )
        parser.add_argument("--public-key", default="", help="checked against the private one")

    def chosen(self, options: dict[str, Any]) -> dict[str, Any]:
        file = options["private_key_file"]
        private = Path(file).read_text(errors="replace") if file else ""
        return {"private_key": private, "public_key": options["public_key"]}
