"""Making the calls that are due: claimed with a lease, asked with no transaction open, recorded.

A worker that dies in between leaves rows whose lease ends: the next one calls again with the
same `webhook-id`, by which the receiver can tell.
"""

import time
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.journeys.models import Call
from apps.journeys.webhooks import answers, signing
from apps.journeys.webhooks.hosts import PER_HOST, Hosts
from apps.journeys.webhooks.recording import Result, record
from apps.journeys.webhooks.transport import Line, Request

AT_ONCE = 200
# So many are claimed together; of a server that has many waiting, no more are read for nothing.
BATCH = 2 * PER_HOST
LEASE = timedelta(seconds=120)
# How often it is looked for new ones while others are under way.
LOOK_SECONDS = 0.5


def drain(*, seconds: float) -> int:
    """Make what is due until nothing is, or the time is over; returns how many calls were begun.

    The last answers may take transport.SECONDS longer.
    """
    Call.objects.withdraw_left()
    end, total, hosts = time.monotonic() + seconds, 0, Hosts()
    with Line(at_once=AT_ONCE) as line:
        while True:
            if time.monotonic() < end:
                total += _begin(line, hosts)
            if not len(line):
                return total
            finished = line.finished(seconds=LOOK_SECONDS)
            for call, answer in finished:
                hosts.give_back(call.url, is_silent=answer.is_silent)
            if finished:
                record([Result(call=call, answer=answer) for call, answer in finished])


def _begin(line: Line, hosts: Hosts) -> int:
    """Send as many as there is room for; returns how many were claimed."""
    total = 0
    while (free := AT_ONCE - len(line)) > 0 and hosts.may_look(every=LOOK_SECONDS):
        calls = claim(min(free, BATCH), hosts)
        if not calls:
            hosts.found_none()
            break
        total += len(calls)
        _send(calls, line, hosts)
    return total


def _send(calls: list[Call], line: Line, hosts: Hosts) -> None:
    secrets = signing.of_sites({call.site_id for call in calls})
    for call in calls:
        if secrets[call.site_id]:
            line.start(call, request_of(call, secrets[call.site_id]))
    unsigned = [call for call in calls if not secrets[call.site_id]]
    if unsigned:
        _put_off(unsigned, hosts)


@transaction.atomic
def claim(most: int, hosts: Hosts) -> list[Call]:
    """Take up to `most` due calls to servers that have room for LEASE, so that no other worker
    takes them; each has the `site_id` of its site.

    None are left for servers with room where it returns none; else there may be.
    """
    due = Call.objects.sendable()
    for origin in hosts.full():
        due = due.exclude(url__startswith=origin)
    window = due.annotate(site_id=F("enrolment__journey__site")).order_by("due_at", "pk")
    calls = []
    for call in window.select_for_update(skip_locked=True, of=("self",))[:most]:
        if hosts.take(call.url):
            call.attempts += 1
            calls.append(call)
    Call.objects.filter(pk__in=[call.pk for call in calls]).update(
        attempts=F("attempts") + 1, due_at=timezone.now() + LEASE
    )
    return calls


def request_of(call: Call, secrets: Iterable[str]) -> Request:
    """Return the signed request of a call, as it is made now."""
    id, timestamp = str(call.uid), int(time.time())
    signed = signing.headers(secrets, id=id, timestamp=timestamp, body=call.body)
    kind = {"Content-Type": "application/json"} if call.body else {}
    if any(name.lower() == "content-type" for name in call.headers):
        kind = {}
    return Request(
        method=call.method,
        url=call.url,
        headers={**kind, **call.headers, **signed},
        body=call.body,
    )


def _put_off(calls: list[Call], hosts: Hosts) -> None:
    words = "It was not sent: its site has no signing secret any more. Make one on its page."
    for call in calls:
        hosts.give_back(call.url, is_silent=False)
    record([Result(call=call, answer=answers.silence(words)) for call in calls])
