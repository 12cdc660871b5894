"""Many let contacts in at the same moment: on real threads."""

import threading
from functools import partial

import pytest
from django.utils import timezone

from apps.accounts.models import Event
from apps.journeys import entry
from apps.journeys.entry import by_call, by_event, by_schedule, slices
from apps.journeys.models import Enrolment, Run, Tally, Watch
from tests.factories import a_contact, a_site, an_event
from tests.journeys.entry.making import a_version, call, current, published
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]

THREADS = 4


@pytest.fixture
def site():
    return a_site()


def at_once(*acts):
    """Have all of them done at the same moment; raises what one of them raised."""
    together = threading.Barrier(len(acts))

    def start(act):
        together.wait(30)
        act()

    for thread in [Meanwhile(partial(start, act)) for act in acts]:
        thread.ends()


def calls(version, contacts, *keys):
    """As many callers as keys, each with a version of its own as the database has it."""
    ids = [row.pk for row in contacts]

    def one(loaded, key):
        by_call.call(loaded, ids, key=key, context={}, at=timezone.now())

    return [partial(one, current(version), key) for key in keys]


class TestCall:
    @pytest.mark.parametrize("reentry", ["once", "not_inside", "pause", "restart"])
    def test_a_contact_is_inside_once(self, site, reentry):
        version = a_version(site, reentry=reentry)
        contacts = [a_contact(site) for _ in range(20)]

        at_once(*calls(version, contacts, *"abcd"))

        assert Enrolment.objects.inside().count() == 20
        if reentry != "restart":
            assert Enrolment.objects.count() == 20
            assert sum(Tally.objects.values_list("count", flat=True)) == 20

    @pytest.mark.parametrize("reentry", ["once", "every", "restart"])
    def test_the_same_key_makes_a_contact_enter_once(self, site, reentry):
        version = a_version(site, reentry=reentry)
        contacts = [a_contact(site) for _ in range(20)]

        at_once(*calls(version, contacts, *"aaaa"))

        assert Enrolment.objects.count() == Enrolment.objects.inside().count() == 20
        assert sum(Tally.objects.values_list("count", flat=True)) == 20

    def test_the_control_group_is_written_down_once(self, site):
        version = a_version(site, reentry="every", control_percent=90)
        contacts = [a_contact(site) for _ in range(20)]

        at_once(*calls(version, contacts, *"abcd"))

        kept = Enrolment.objects.filter(is_control=True)
        assert len(set(kept.values_list("contact", flat=True))) == kept.count() > 5

    def test_nobody_enters_more_often_than_may(self, site):
        version = a_version(site, reentry="every", max_entries=2)
        contact = a_contact(site)

        at_once(*calls(version, [contact], *"abcd"))

        assert Enrolment.objects.count() == 2


class TestTotalCap:
    def test_it_is_never_exceeded(self, site):
        version = a_version(site, total_cap=10)
        groups = [[a_contact(site) for _ in range(4)] for _ in range(THREADS)]

        at_once(*(calls(version, group, "k")[0] for group in groups))

        assert Enrolment.objects.count() == 10
        assert current(version).journey.status == "paused"


class TestEvent:
    def test_the_same_event_enters_once(self, site):
        version = a_version(site, entry_kind="event", entry_event="ping", reentry="every")
        tracked = an_event(a_contact(site), "ping")
        event = Event.objects.select_related("name", "contact").get(pk=tracked.pk)

        at_once(*[partial(by_event.enter, site.pk, [event])] * THREADS)

        assert Enrolment.objects.get().version == version


class TestDrain:
    def test_a_run_is_gone_through_once(self, site):
        a_version(site, entry_kind="schedule", repeats="daily", reentry="every")
        contacts = [a_contact(site) for _ in range(20)]
        Run.objects.update(due_at=timezone.now())

        at_once(*[partial(entry.drain, seconds=10)] * THREADS)

        assert Enrolment.objects.count() == len(contacts)

    def test_a_version_published_during_its_first_slice_goes_on_with_a_run(self, site, monkeypatch):
        monkeypatch.setattr(slices, "SIZE", 2)
        version = a_version(site, entry_kind="schedule", repeats="daily")
        for _ in range(4):
            a_contact(site)
        Run.objects.update(due_at=timezone.now())
        run = Run.objects.get()
        reached, free = threading.Event(), threading.Event()
        real = by_schedule.admit

        def admit(*args, **options):
            reached.set()
            assert free.wait(30)
            return real(*args, **options)

        monkeypatch.setattr(by_schedule, "admit", admit)
        slice_of_it = Meanwhile(partial(by_schedule.advance, run.pk))
        assert reached.wait(30)
        publication = Meanwhile(partial(published, version.journey))
        wait_until_blocked()
        free.set()
        slice_of_it.ends()
        publication.ends()

        assert entry.drain(seconds=5) == 2
        assert Enrolment.objects.count() == 4
        run.refresh_from_db()
        assert (run.version.number, run.entered) == (2, 4)

    def test_a_look_is_taken_once(self, site):
        rule = {"field": "push_status", "op": "is", "value": "ask"}
        a_version(site, entry_kind="segment", entry_rule=rule, reentry="every")
        contacts = [a_contact(site) for _ in range(20)]

        at_once(*[partial(entry.drain, seconds=10)] * THREADS)

        assert Enrolment.objects.count() == len(contacts)
        assert Watch.objects.get().looks == 1

    def test_it_goes_on_beside_calls(self, site):
        version = a_version(site, entry_kind="schedule", repeats="daily", reentry="not_inside")
        contacts = [a_contact(site) for _ in range(50)]
        Run.objects.update(due_at=timezone.now())

        at_once(partial(entry.drain, seconds=10), *calls(version, contacts, *"abc"))

        assert Enrolment.objects.count() == len(contacts)
        assert call(version, *contacts) == []
