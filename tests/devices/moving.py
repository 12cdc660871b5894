"""What the tests of bringing an old private key in have in common."""

import json

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session

from apps.accounts.models import AuditEntry, Import
from apps.devices import private_keys
from apps.devices.models import VapidKey
from tests.devices.previous import a_row, table
from tests.factories import a_user, an_import, base64url

OTHER_KEY = base64url((815).to_bytes(32, "big"))
OTHER_PUBLIC = private_keys.read(OTHER_KEY).public


def page_of(row):
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def waiting(site, *rows, **options):
    return an_import(table(*rows or [a_row()]), kind="subscriptions", site=site, **options)


def answers(client, import_, **given):
    """What the page of the mapping sends as it stands, and what is given beside it."""
    form = client.get(page_of(import_)).context["form"]
    inputs = {name: form[name].value() or "" for name in form.fields}
    return {**inputs, **given, "verb": "check"}


def somebody_with(client, *codenames):
    user = a_user()
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return client


def everything_stored():
    """All that the database holds of the import, of who did what, and of the log-in."""
    rows = [
        *Import.objects.values("options", "mapping", "message"),
        *AuditEntry.objects.values(),
        *LogEntry.objects.values(),
    ]
    said = [session.get_decoded() for session in Session.objects.all()]
    return json.dumps([rows, said], default=str)


def imported_keys():
    return list(VapidKey.objects.exclude(imported_at=None).values_list("public_key", flat=True))
