import pytest
from django.utils import timezone

from apps.accounts.models import Event
from apps.assets import models as assets
from apps.delivery import popups, tasks
from apps.delivery.models import Popup
from apps.delivery.wanted import Wanted
from apps.devices import identity
from apps.devices.models import Device
from tests.factories import a_device, a_popup

pytestmark = pytest.mark.django_db

Report = popups.Report


@pytest.fixture
def device():
    return a_device()


def a_queued_popup(device, key="test:1", asks=False, **values):
    asset = a_popup(device.contact.site, **values)
    action = "ask_permission" if asks else "track"
    assets.Button.objects.create(asset=asset, label="Yes", action=action, position=0)
    assets.Button.objects.create(asset=asset, label="No", action="close", position=1)
    popups.queue(asset, Wanted(contact_id=device.contact_id, key=key))
    return Popup.objects.get(key=key)


def tracked():
    names = Event.objects.filter(name__name__startswith="popup_").order_by("id")
    return list(names.values_list("name__name", flat=True))


class TestQueue:
    def test_it_gives_one_popup_however_often_it_is_asked_for(self, device):
        popup = a_queued_popup(device)

        popups.queue(popup.asset, Wanted(contact_id=device.contact_id, key=popup.key))

        assert Popup.objects.get() == popup

    def test_it_queues_nothing_that_is_not_active(self, device):
        asset = a_popup(device.contact.site, status="draft")

        until = popups.queue(asset, Wanted(contact_id=device.contact_id, key="test:1"))

        assert (until, Popup.objects.count()) == (None, 0)


class TestNextFor:
    def test_it_hands_out_the_oldest_until_it_is_answered(self, device):
        first = a_queued_popup(device, key="test:1")
        a_queued_popup(device, key="test:2")

        assert popups.look(device).popup["id"] == str(first.uid)
        popups.report(first, device, Report.SHOWN)
        assert popups.look(device).popup["id"] == str(first.uid)

    def test_it_hands_out_the_next_after_the_answer(self, device):
        first = a_queued_popup(device, key="test:1")
        second = a_queued_popup(device, key="test:2")
        popups.report(first, device, Report.CLOSED)

        assert popups.look(device).popup["id"] == str(second.uid)

    def test_it_hands_out_nothing_of_somebody_else(self, device):
        a_queued_popup(a_device())

        assert popups.look(device).popup is None

    @pytest.mark.parametrize("status", ["allowed", "blocked", "not_supported"])
    def test_it_asks_for_permission_only_where_the_browser_can_ask(self, device, status):
        a_queued_popup(device, asks=True)
        Device.objects.update(push_status=status)
        device.refresh_from_db()

        assert popups.look(device).popup is None

    def test_it_passes_over_what_cannot_be_filled(self, device):
        bad, good = a_queued_popup(device, "test:1"), a_queued_popup(device, "test:2")
        assets.Popup.objects.filter(pk=bad.asset_id).update(title="{{ state.x | times: 'a")

        assert popups.look(device).popup["id"] == str(good.uid)

        bad.refresh_from_db()
        assert bad.status == "withdrawn"

    def test_it_does_not_ask_again_whoever_logged_out_after_saying_no(self, device):
        popups.report(a_queued_popup(device, "test:1", asks=True), device, Report.DECLINED)
        identity.identify(device, "anna")
        identity.logout(device)
        a_queued_popup(device, "test:2", asks=True)

        assert popups.look(device).popup is None

        Popup.objects.update(answered_at=timezone.now() - timezone.timedelta(days=4))
        Popup.objects.filter(key="test:2").update(answered_at=None)
        assert popups.look(device).popup is not None

    def test_it_hands_out_nothing_past_its_time_or_taken_out_of_use(self, device):
        late, archived = a_queued_popup(device, "test:1"), a_queued_popup(device, "test:2")
        Popup.objects.filter(pk=late.pk).update(expires_at=timezone.now())
        assets.Popup.objects.filter(pk=archived.asset_id).update(status="archived")

        assert popups.look(device).popup is None


class TestReport:
    def test_it_follows_the_story_to_its_end(self, device):
        popup = a_queued_popup(device, asks=True)

        for kind in (Report.SHOWN, Report.ACCEPTED, Report.ALLOWED):
            assert popups.report(popup, device, kind, button=0)

        popup.refresh_from_db()
        assert (popup.status, popup.button, popup.device) == ("allowed", "Yes", device)
        assert tracked() == ["popup_shown", "popup_accepted", "popup_allowed"]

    def test_it_makes_good_a_lost_report_of_showing(self, device):
        popup = a_queued_popup(device)

        popups.report(popup, device, Report.DECLINED, button=1)

        popup.refresh_from_db()
        assert (popup.status, popup.shown_at is not None) == ("declined", True)
        assert tracked() == ["popup_shown", "popup_declined"]

    @pytest.mark.parametrize("late", list(Report))
    def test_it_takes_the_first_answer_only(self, device, late):
        popup = a_queued_popup(device)
        popups.report(popup, device, Report.DECLINED, button=1)

        assert not popups.report(popup, device, late, button=0)

        popup.refresh_from_db()
        assert (popup.status, popup.button) == ("declined", "No")

    def test_it_takes_the_browsers_answer_although_a_report_was_lost(self, device):
        popup = a_queued_popup(device, asks=True)

        assert popups.report(popup, device, Report.ALLOWED)

        popup.refresh_from_db()
        assert (popup.status, tracked()) == ("allowed", ["popup_shown", "popup_allowed"])

    def test_it_ignores_a_button_that_does_not_exist(self, device):
        popup = a_queued_popup(device)

        popups.report(popup, device, Report.CLICKED, button=9)

        popup.refresh_from_db()
        assert (popup.status, popup.button) == ("clicked", "")


class TestExpire:
    @pytest.mark.parametrize(
        ("reports", "ends_as"),
        [([], "unseen"), (["shown"], "closed"), (["shown", "accepted"], "dismissed")],
    )
    def test_it_ends_each_as_what_it_has_come_to(self, device, reports, ends_as):
        popup = a_queued_popup(device, asks=True)
        for kind in reports:
            popups.report(popup, device, Report(kind))
        Popup.objects.update(expires_at=timezone.now())

        assert tasks.expire() == 1

        popup.refresh_from_db()
        assert popup.status == ends_as
