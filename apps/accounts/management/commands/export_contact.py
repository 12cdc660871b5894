import json
from typing import Any

from apps.accounts import audit, privacy
from apps.accounts.management.finding import PersonCommand


class Command(PersonCommand):
    help = "Print everything that is stored of one person, as JSON. Audited."

    def handle(self, *args: Any, **options: Any) -> None:
        stored = privacy.export(self.contact(options), by=audit.COMMAND_LINE)
        self.stdout.write(json.dumps(stored, indent=2, ensure_ascii=False))
