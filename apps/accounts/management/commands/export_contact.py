import json
from typing import Any

from apps.accounts import privacy
from apps.accounts.management.finding import WHO, PersonCommand


class Command(PersonCommand):
    help = "Print everything that is stored of one person, as JSON. Audited."

    def handle(self, *args: Any, **options: Any) -> None:
        stored = privacy.export(self.contact(options), by=WHO)
        self.stdout.write(json.dumps(stored, indent=2, ensure_ascii=False))
