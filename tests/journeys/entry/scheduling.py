"""Journeys that let everybody in at a time, and who entered when."""

from datetime import time

from apps.journeys.models import Enrolment, Run
from tests.journeys.entry.making import a_version

BERLIN, SAO_PAULO = "Europe/Berlin", "America/Sao_Paulo"
KATHMANDU, APIA = "Asia/Kathmandu", "Pacific/Apia"


def scheduled(site, **terms):
    terms = {"repeats": "daily", "at_time": time(9), **terms}
    return a_version(site, entry_kind="schedule", **terms)


def runs(version, **which):
    rows = Run.objects.filter(version=version, **which).order_by("due_at")
    return [(row.occurrence, f"{row.due_at:%m-%d %H:%M}", row.zones) for row in rows]


def entered():
    return [
        (row.contact, f"{row.entered_at:%m-%d %H:%M}", row.entry_key)
        for row in Enrolment.objects.order_by("pk")
    ]
