"""How long which table is kept, as data (apps.accounts.privacy.retention)."""

from typing import Any

import environ


def retention(env: environ.Env) -> list[dict[str, Any]]:
    """Return the rules: what is removed when its `date` is older than so many `days` (0: never),
    `only` which rows of it (a method of the model's queryset), and `unless` what points at it."""
    messages = env.int("RETENTION_MESSAGES_DAYS", 400)
    return [
        {
            "model": "accounts.Event",
            "days": env.int("RETENTION_EVENTS_DAYS", 400),
            "date": "at",
            "unless": ["journeys.PendingEvent.event"],
        },
        {
            "model": "devices.Session",
            "days": env.int("RETENTION_SESSIONS_DAYS", 400),
            "date": "last_seen_at",
            "only": "superseded",
        },
        {"model": "delivery.Push", "days": messages, "date": "queued_at", "only": "finished"},
        {"model": "delivery.Popup", "days": messages, "date": "queued_at", "only": "finished"},
        {"model": "journeys.Call", "days": messages, "date": "queued_at", "only": "finished"},
        {
            "model": "accounts.ImportIssue",
            "days": env.int("RETENTION_REPORTS_DAYS", 90),
            "date": "import_run__created_at",
            "only": "of_ended",
        },
        # Asked for anew whenever somebody works on an asset that names it.
        {
            "model": "assets.CheckedAddress",
            "days": env.int("RETENTION_ADDRESSES_DAYS", 90),
            "date": "asked_at",
        },
    ]
