import pytest
from django.db import transaction
from django.db.models import Value
from django.utils import timezone

from apps.accounts.models import Contact
from apps.delivery import holds, popups, pushes, sender, tasks, wanted
from apps.delivery.models import Hold, Popup, Push
from apps.delivery.wanted import withdraw
from tests.delivery.receivers import a_receiver as a_contact_with_device
from tests.delivery.receivers import selected
from tests.factories import a_popup, a_push, a_site
from tests.races import Meanwhile, on_postgresql

pytestmark = pytest.mark.django_db


def ask(number, campaign="sale"):
    """A push and a popup for each of so many contacts."""
    site = a_site()
    for _ in range(number):
        a_contact_with_device(site)
    asked = selected(Contact.objects.filter(site=site), campaign=Value(campaign))
    pushes.queue(a_push(site), asked)
    popups.queue(a_popup(site), asked)


def sends_while_withdrawn():
    """A worker has called the push services when it is withdrawn, and records it after."""
    with sender.transport.Connections() as connections:
        prepared, _ = sender.prepare(sender.claim(10))
        answers = connections.send([row.request for row in prepared])
        withdraw(campaign="sale")
        sender.record([sender._result(prepared[0], answers[0])])


def statuses():
    """How many pushes and popups are as what."""
    found = [*Push.objects.values_list("status", "reason"), *Popup.objects.values_list("status")]
    return {each: found.count(each) for each in found}


GONE = {("failed", "withdrawn"): 3, ("withdrawn",): 3}


class TestWithdraw:
    def test_it_takes_back_all_that_a_campaign_has_asked_for(self):
        ask(3)
        ask(1, campaign="welcome")

        withdraw(campaign="sale")

        assert statuses() == {**GONE, ("queued", ""): 1, ("waiting",): 1}
        assert not Push.objects.filter(campaign="sale", due_at__isnull=False).exists()
        assert not Popup.objects.filter(campaign="sale", answered_at=None).exists()
        assert not Hold.objects.exists()

    def test_it_takes_back_what_was_asked_for_by_key(self):
        ask(3)
        keys = list(Push.objects.values_list("key", flat=True)[:1])

        withdraw(key__in=keys)

        assert Push.objects.get(status="failed").key == keys[0]
        assert Popup.objects.get(status="withdrawn").key == keys[0]
        assert not Hold.objects.exists()

    def test_what_was_seen_or_sent_stays(self):
        ask(3)
        Push.objects.update(status="accepted", due_at=None)
        Popup.objects.update(status="closed", answered_at=timezone.now())

        withdraw(campaign="sale")

        assert statuses() == {("accepted", ""): 3, ("closed",): 3}

    def test_what_is_held_can_be_withdrawn(self):
        ask(3)
        holds.hold("sale")
        holds.tend(seconds=5)

        withdraw(campaign="sale")

        assert statuses() == GONE
        assert not Hold.objects.exists()


class TestALargeCampaign:
    @pytest.fixture(autouse=True)
    def slices(self, monkeypatch):
        monkeypatch.setattr(wanted, "SLICE", 2)
        monkeypatch.setattr(wanted, "AT_ONCE_SECONDS", 0)

    def test_nothing_of_it_is_sent_from_the_first_moment_on(self):
        ask(3)

        withdraw(campaign="sale")

        assert Push.objects.filter(status="queued").count() == 1
        assert not Push.objects.due().exists()
        assert sender.claim(10) == []

    def test_a_worker_does_the_rest(self):
        ask(3)
        withdraw(campaign="sale")

        tasks.take_back()

        assert statuses() == GONE
        assert not Hold.objects.exists()

    def test_it_goes_on_where_somebody_died(self):
        ask(5)
        withdraw(campaign="sale")

        assert not wanted.take_back(seconds=0)
        assert Push.objects.filter(status="queued").count() == 1
        assert wanted.take_back(seconds=5)
        assert Push.objects.filter(reason="withdrawn").count() == 5

    def test_letting_it_go_on_does_not_bring_it_back(self):
        ask(3)
        withdraw(campaign="sale")

        holds.release("sale")

        assert not Push.objects.due().exists()

    def test_one_does_not_wait_for_another(self):
        ask(3)
        ask(3, campaign="welcome")
        withdraw(campaign="sale")
        withdraw(campaign="welcome")

        assert wanted.take_back(seconds=5)

        assert {status for (status,) in Push.objects.values_list("status")} == {"failed"}


class TestInTheHandsOfAWorker:
    def test_it_is_not_sent_any_more(self, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue(campaign="sale")
        claimed = sender.claim(10)
        withdraw(campaign="sale")

        prepared, results = sender.prepare(claimed)
        sender.record(results)

        assert prepared == []
        push.refresh_from_db()
        assert (push.status, push.reason, push.due_at) == ("failed", "withdrawn", None)

    def test_what_has_gone_out_is_not_tried_again(self, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue(campaign="sale")
        service.fail(503, token=receiver.there.token)
        sends_while_withdrawn()

        push.refresh_from_db()
        assert (push.status, push.reason, push.due_at) == ("failed", "withdrawn", None)

    def test_what_has_arrived_has_arrived(self, service, a_receiver):
        receiver = a_receiver()
        push = receiver.queue(campaign="sale")
        sends_while_withdrawn()

        push.refresh_from_db()
        assert (push.status, push.reason) == ("accepted", "")


@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestBesideASender:
    def test_rows_that_are_being_written_are_left_for_later(self):
        ask(3)
        with transaction.atomic():
            list(Push.objects.filter(pk=Push.objects.first().pk).select_for_update())
            Meanwhile(lambda: withdraw(campaign="sale")).ends()
            assert Hold.objects.get().status == "withdrawn"

        tasks.take_back()
        assert statuses() == GONE
