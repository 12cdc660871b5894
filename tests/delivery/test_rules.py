from datetime import UTC, datetime, timedelta

import pytest

from apps.delivery.models import Push
from apps.segments import catalogue, explaining, membership
from tests.factories import a_device, a_push, a_site

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def ago(**span):
    return NOW - timedelta(**span)


def period(amount, unit="days"):
    return {"amount": amount, "unit": unit}


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def context(site):
    return catalogue.of_site(site, now=NOW)


def sent(device, **story):
    asset = a_push(device.contact.site)
    return Push.objects.create(
        key=f"{device.pk}:{asset.pk}", device=device, contact=device.contact, asset=asset,
        expires_at=NOW, due_at=None, **story,
    )  # fmt: skip


def ask(name, op, value):
    return {"field": f"push.{name}", "op": op, "value": value}


class TestTeach:
    def test_it_offers_the_moments_of_the_last_push(self, context):
        fields = [context.field(f"push.last_{what}") for what in ("sent", "shown", "clicked")]

        assert [(field.label, field.type, field.group) for field in fields] == [
            ("Last push sent", "date", "Push"),
            ("Last push shown", "date", "Push"),
            ("Last push clicked", "date", "Push"),
        ]

    @pytest.mark.parametrize(
        ("rule", "names"),
        [
            (ask("last_clicked", "in_last", period(7)), {"often"}),
            (ask("last_clicked", "more_than_ago", period(7)), {"once"}),
            (ask("last_clicked", "more_than_ago", period(31)), set()),
            (ask("last_clicked", "before", "2026-11-10"), {"once"}),
            (ask("last_clicked", "is_set", False), {"never", "nobody"}),
            ({"none": [ask("last_clicked", "in_last", period(7))]}, {"once", "never", "nobody"}),
            (ask("last_shown", "is_set", True), {"often", "once"}),
            (ask("last_sent", "in_last", period(30)), {"often", "once", "never"}),
            (ask("last_sent", "more_than_ago", period(1, "hours")), {"once", "never"}),
            (ask("last_sent", "is_set", False), {"nobody"}),
        ],
    )
    def test_it_goes_by_the_latest_of_all_devices(self, site, context, rule, names):
        often, once, never, nobody = (a_device(site) for _ in range(4))
        sent(often, accepted_at=ago(days=40), shown_at=ago(days=40), clicked_at=ago(days=40))
        sent(often, accepted_at=ago(minutes=5), shown_at=ago(minutes=5), clicked_at=ago(minutes=1))
        sent(once, accepted_at=ago(days=30), shown_at=ago(days=30), clicked_at=ago(days=30))
        sent(once, accepted_at=ago(days=3))
        sent(never, accepted_at=ago(days=2))
        sent(nobody)
        people = {
            often.contact_id: "often",
            once.contact_id: "once",
            never.contact_id: "never",
            nobody.contact_id: "nobody",
        }

        found = membership.matching(rule, context).values_list("pk", flat=True)
        among = membership.matching(rule, context, among=list(people))

        assert {people[pk] for pk in found} == names
        assert {people[contact.pk] for contact in among} == names

    def test_it_says_when_that_was(self, site, context):
        device = a_device(site)
        sent(device, accepted_at=ago(days=3), clicked_at=ago(days=2))
        rule = {
            "all": [
                ask("last_clicked", "in_last", period(1)),
                ask("last_shown", "is_set", True),
            ]
        }

        answer = explaining.explain(rule, device.contact, context)

        assert [(child.is_met, child.actual) for child in answer.children] == [
            (False, "Last push clicked is 23 November 2026, 12:00"),
            (False, "Last push shown is not set"),
        ]
