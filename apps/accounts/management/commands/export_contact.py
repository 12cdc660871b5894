import json
from typing import Any

from apps.accounts import audit
from apps.accounts.management.finding import PersonCommand
from apps.accounts.privacy import persons


class Command(PersonCommand):
    help = "Print everything that is stored of one person, as JSON. Audited."

    def handle(self, *args: Any, **options: Any) -> None:
        stored = persons.export(self.contact(options), by=audit.COMMAND_LINE)
        self.stdout.write(json.dumps(stored, indent=2, ensure_ascii=False))
