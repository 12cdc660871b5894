from argparse import ArgumentParser
from typing import Any

from apps.accounts import audit
from apps.accounts.management.finding import PersonCommand
from apps.accounts.privacy import persons


class Command(PersonCommand):
    help = (
        "Erase one person for good: state, events, devices, messages, journeys. Without --yes it "
        "only says what would go. Audited."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--yes", action="store_true", help="do it; it cannot be undone")

    def handle(self, *args: Any, **options: Any) -> None:
        contact = self.contact(options)
        for title, number in persons.count(contact).items():
            self.stdout.write(f"{number:>12,} {title}")
        if not options["yes"]:
            self.stdout.write(f"Contact {contact.pk} would go, with these. Add --yes to do it.")
            return
        persons.erase(contact, by=audit.COMMAND_LINE)
        self.stdout.write(self.style.SUCCESS(f"Contact {contact.pk} is erased."))
