from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.delivery import holds, popups, pushes, sender, tasks
from apps.delivery.models import Hold, Popup, Push
from apps.delivery.wanted import Wanted
from tests.delivery.receivers import a_receiver
from tests.factories import a_device, a_popup, a_push, a_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


def queued(site, campaign="sale"):
    contact = a_receiver(site)
    wanted = Wanted(contact_id=contact.pk, key=f"{campaign}:{contact.pk}", campaign=campaign)
    pushes.queue(a_push(site), wanted)
    return Push.objects.get(key=wanted.key)


class TestHold:
    def test_nobody_takes_what_is_held(self, site):
        held, other = queued(site), queued(site, "welcome")

        holds.hold("sale")

        assert list(Push.objects.due()) == [other]
        assert sender.claim(10) == [other.pk]
        held.refresh_from_db()
        assert held.status == "queued"

    def test_holding_twice_is_holding(self, site):
        holds.hold("sale")
        holds.hold("sale")

        assert Hold.objects.count() == 1

    def test_it_is_held_though_its_release_is_done_at_this_moment(self, site):
        push = queued(site)
        holds.hold("sale")
        holds.release("sale")

        def tend_in_between(execute, sql, *args):
            answer = execute(sql, *args)
            if sql.startswith("SELECT") and "delivery_hold" in sql:
                with connection.cursor() as cursor:
                    cursor.execute("DELETE FROM delivery_hold WHERE status = 'released'")
            return answer

        with connection.execute_wrapper(tend_in_between):
            holds.hold("sale")

        assert Hold.objects.get().status == "held"
        assert sender.claim(10) == []
        push.refresh_from_db()
        assert push.status == "queued"

    def test_what_is_held_gets_out_of_the_way_of_others(self, site):
        held, other = queued(site), queued(site, "welcome")
        holds.hold("sale")

        assert holds.tend(seconds=5)

        held.refresh_from_db()
        other.refresh_from_db()
        assert held.due_at > timezone.now() + timedelta(minutes=20)
        assert other.due_at <= timezone.now()

    def test_what_is_held_does_not_come_back_by_itself(self, site):
        held = queued(site)
        holds.hold("sale")
        holds.tend(seconds=5)
        Push.objects.update(due_at=timezone.now())

        assert tasks.send() == 0

        held.refresh_from_db()
        assert (held.status, held.due_at > timezone.now()) == ("queued", True)

    def test_a_popup_of_it_is_not_shown(self):
        device = a_device()
        popups.queue(
            a_popup(device.contact.site),
            Wanted(contact_id=device.contact_id, key="k", campaign="sale"),
        )

        holds.hold("sale")
        assert popups.look(device).popup is None

        holds.release("sale")
        assert popups.look(device).popup["id"] == str(Popup.objects.get().uid)


class TestRelease:
    def test_it_goes_on_at_once(self, site):
        held = queued(site)
        holds.hold("sale")

        holds.release("sale")

        assert list(Push.objects.due()) == [held]

    def test_what_was_put_off_comes_back(self, site):
        held = queued(site)
        holds.hold("sale")
        holds.tend(seconds=5)
        holds.release("sale")
        assert not Push.objects.due().exists()

        assert holds.tend(seconds=5)

        assert list(Push.objects.due()) == [held]
        assert not Hold.objects.exists()

    def test_it_goes_on_where_somebody_died(self, site, monkeypatch):
        for _ in range(3):
            queued(site)
        holds.hold("sale")
        holds.tend(seconds=5)
        holds.release("sale")
        monkeypatch.setattr(holds, "SLICE", 2)

        assert not holds.tend(seconds=0)
        assert (Push.objects.due().count(), Hold.objects.count()) == (2, 1)
        assert holds.tend(seconds=5)
        assert (Push.objects.due().count(), Hold.objects.count()) == (3, 0)

    def test_nothing_is_put_off_any_more_by_who_has_begun_to_before(self, site, monkeypatch):
        for _ in range(3):
            queued(site)
        holds.hold("sale")
        monkeypatch.setattr(holds, "SLICE", 1)
        real, slices = holds._put_off_some, []

        def release_after_the_first(now):
            slices.append(real(now))
            if len(slices) == 1:
                holds.release("sale")
                holds.tend(seconds=5)
            return slices[-1]

        monkeypatch.setattr(holds, "_put_off_some", release_after_the_first)

        assert holds.tend(seconds=5)

        assert slices[0] == 1
        assert (Push.objects.due().count(), Hold.objects.count()) == (3, 0)

    def test_held_again_it_waits_again(self, site):
        queued(site)
        holds.hold("sale")
        holds.release("sale")
        holds.hold("sale")

        assert not Push.objects.due().exists()

    def test_held_again_while_it_comes_back_it_waits_again(self, site, monkeypatch):
        queued(site)
        holds.hold("sale")
        holds.tend(seconds=5)
        holds.release("sale")
        real = holds._bring_back

        def hold_meanwhile(*args):
            holds.hold("sale")
            return real(*args)

        monkeypatch.setattr(holds, "_bring_back", hold_meanwhile)
        holds.tend(seconds=5)

        assert Hold.objects.get().status == "held"
        assert sender.claim(10) == []

    def test_what_its_push_service_asked_to_wait_with_waits_on(self, site):
        push = queued(site)
        later = timezone.now() + timedelta(minutes=9)
        Push.objects.update(due_at=later, attempts=1)
        holds.hold("sale")
        holds.release("sale")

        holds.tend(seconds=5)

        push.refresh_from_db()
        assert push.due_at == later


class TestHalfWay:
    """A campaign that is being sent: batches that a worker claims and sends, one after the
    other, and somebody who holds it in between."""

    def test_what_was_claimed_already_is_not_sent(self, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue(campaign="sale")
        claimed = sender.claim(10)
        holds.hold("sale")

        prepared, results = sender.prepare(claimed)
        sender.record(results)

        assert prepared == []
        push.refresh_from_db()
        assert (push.status, push.reason, push.attempts) == ("queued", "", 0)
        assert sender.claim(10) == []

    def test_released_before_that_is_written_down_it_is_sent_at_once(self, service, a_receiver):
        push = a_receiver().queue(campaign="sale")
        claimed = sender.claim(10)
        holds.hold("sale")
        _, results = sender.prepare(claimed)
        holds.release("sale")
        tasks.send()
        sender.record(results)

        assert not Hold.objects.exists()
        assert sender.claim(10) == [push.pk]

    def test_after_the_release_each_is_sent_once(self, service, a_receiver, monkeypatch):
        monkeypatch.setattr(sender, "BATCH", 2)
        receivers = [a_receiver() for _ in range(6)]
        for number, receiver in enumerate(receivers):
            receiver.queue(key=f"k:{number}", campaign="sale")

        def hold_after(batches):
            send, sent = sender.send_batch, []

            def send_then_hold(ids, connections):
                send(ids, connections)
                sent.append(ids)
                if len(sent) == batches:
                    holds.hold("sale")

            return send_then_hold

        with monkeypatch.context() as patch:
            patch.setattr(sender, "send_batch", hold_after(2))
            assert sender.drain() == 4
        assert [len(each.messages(service)) for each in receivers] == [1, 1, 1, 1, 0, 0]

        tasks.send()
        assert [len(each.messages(service)) for each in receivers] == [1, 1, 1, 1, 0, 0]

        holds.release("sale")
        tasks.send()
        assert [len(each.messages(service)) for each in receivers] == [1] * 6

    @pytest.mark.parametrize("number", [1, 3])
    def test_holds_cost_a_claim_no_query(self, site, number):
        for n in range(number):
            holds.hold(f"other:{n}")
        push = queued(site)

        with CaptureQueriesContext(connection) as queries:
            assert sender.claim(10) == [push.pk]

        texts = [query["sql"] for query in queries]
        assert len([text for text in texts if text.startswith(("SELECT", "UPDATE"))]) == 2
