"""What a provider that a site leaves hands out: subscriptions and the key they need."""

import csv
import io

from apps.devices import private_keys
from tests.factories import base64url, brought_in, browser_keys

OLD_KEY = base64url((4711).to_bytes(32, "big"))
OLD_PUBLIC = private_keys.read(OLD_KEY).public


def a_row(number=1, **changes):
    _, p256dh, auth = browser_keys()
    endpoint = f"https://updates.push.services.mozilla.com/wpush/v2/old-{number}"
    return {"endpoint": endpoint, "p256dh": p256dh, "auth": auth, **changes}


def table(*rows):
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = csv.DictWriter(out, names)
    lines.writeheader()
    lines.writerows(rows)
    return out.getvalue()


def moved_in(*rows, site=None, **options):
    text = rows[0] if isinstance(rows[0], str) else table(*rows)
    options = {"private_key": OLD_KEY, **options}
    return brought_in(text, kind="subscriptions", site=site, **options)
