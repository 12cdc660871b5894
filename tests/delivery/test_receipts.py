import uuid

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.models import Event
from apps.assets.models import Button
from apps.delivery import receipt_tokens, receipts

pytestmark = pytest.mark.django_db


@pytest.fixture
def push(a_receiver):
    push = a_receiver().queue()
    for label in ("Buy", "Later"):
        Button.objects.create(asset=push.asset, label=label)
    return push


def accept(push, kind, **more):
    token = receipt_tokens.make(push.uid)
    return receipts.accept(push.uid, token, receipts.Kind(kind), **more)


def tracked():
    return list(
        Event.objects.filter(name__name__startswith="push_")
        .exclude(name__name="push_subscribed")
        .order_by("id")
        .values_list("name__name", flat=True)
    )


class TestAccept:
    def test_it_notes_when_the_push_was_shown(self, push):
        assert accept(push, "shown")

        push.refresh_from_db()
        assert push.shown_at is not None
        assert tracked() == ["push_shown"]

    def test_it_counts_each_kind_once(self, push):
        results = [accept(push, "shown"), accept(push, "shown"), accept(push, "clicked")]

        assert results == [True, False, True]
        assert tracked() == ["push_shown", "push_clicked"]

    def test_it_makes_good_a_lost_report_of_showing(self, push):
        accept(push, "clicked", button=2)

        push.refresh_from_db()
        assert (push.shown_at is not None, push.clicked_button) == (True, 2)
        assert tracked() == ["push_shown", "push_clicked"]

    def test_it_knows_no_button_that_the_push_does_not_have(self, push):
        accept(push, "clicked", button=3)

        push.refresh_from_db()
        assert (push.clicked_at is not None, push.clicked_button) == (True, None)

    def test_it_takes_them_in_any_order(self, push):
        results = [accept(push, kind) for kind in ("dismissed", "shown", "clicked")]

        assert results == [True, False, True]

    def test_it_does_not_believe_a_clock_that_is_wrong(self, push):
        accept(push, "shown", at=timezone.now() + timezone.timedelta(days=400))
        accept(push, "clicked", at=push.queued_at - timezone.timedelta(days=400))

        push.refresh_from_db()
        assert push.shown_at <= timezone.now()
        assert push.clicked_at == push.queued_at

    def test_it_refuses_a_token_of_another_push(self, push):
        with pytest.raises(receipts.ReceiptRefused):
            receipts.accept(push.uid, receipt_tokens.make(uuid.uuid4()), receipts.Kind.CLICKED)

        push.refresh_from_db()
        assert (push.clicked_at, tracked()) == (None, [])

    def test_it_shrugs_at_a_push_that_is_not_kept_any_more(self):
        uid = uuid.uuid4()

        assert not receipts.accept(uid, receipt_tokens.make(uid), receipts.Kind.SHOWN)


class TestApi:
    def post(self, **body):
        return APIClient().post("/api/client/v1/receipts", body, format="json")

    def test_it_takes_a_receipt_without_device_or_site(self, push):
        answer = self.post(
            id=push.uid.hex, token=receipt_tokens.make(push.uid), kind="clicked", button="1"
        )

        push.refresh_from_db()
        assert (answer.status_code, answer.json()) == (202, {"noted": True})
        assert push.clicked_button == 1

    def test_it_refuses_a_forged_one(self, push):
        assert self.post(id=push.uid.hex, token="0" * 32, kind="clicked").status_code == 403

        push.refresh_from_db()
        assert push.clicked_at is None

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"id": "x", "token": "x", "kind": "shown"},
            {"id": str(uuid.uuid4()), "token": "ä", "kind": "eaten"},
            {"id": str(uuid.uuid4()), "token": "x" * 65, "kind": "shown"},
            {"id": str(uuid.uuid4()), "token": "x", "kind": "clicked", "button": "../"},
        ],
    )
    def test_it_refuses_what_is_no_receipt(self, body):
        assert self.post(**body).status_code == 400
