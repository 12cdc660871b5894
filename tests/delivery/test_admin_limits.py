from datetime import time

import pytest
from django.contrib.admin.models import LogEntry

from apps.delivery.models import Limits
from tests.factories import a_site, a_user

pytestmark = pytest.mark.django_db

ADD = "/admin/delivery/limits/add/"
NOTHING = {
    "hours_from": "",
    "hours_till": "",
    "marketing_cap": "",
    "marketing_cap_days": "7",
    "operational_cap": "",
    "operational_cap_days": "7",
}


@pytest.fixture
def site():
    return a_site()


def set_limits(browser, site, **values):
    limits = Limits.objects.filter(site=site).first()
    page = f"/admin/delivery/limits/{limits.pk}/change/" if limits else f"{ADD}?site={site.pk}"
    given = {"site": site.pk, **NOTHING, **values}
    seen = browser.get(page).context["adminform"].form
    hidden = {f.html_name: f.value() for f in seen.hidden_fields() if f.value() is not None}
    return browser.post(page, {**hidden, **given})


def errors(answer):
    return {name: list(told) for name, told in answer.context["adminform"].form.errors.items()}


class TestLimits:
    def test_they_are_set_on_a_page_of_the_site(self, administrator, site):
        answer = set_limits(
            administrator,
            site,
            hours_from="21:00",
            hours_till="01:30",
            skipped_weekdays=["6", "5"],
            marketing_cap="3",
            marketing_cap_days="1",
        )

        assert (answer.status_code, answer.url) == (302, f"/admin/accounts/site/{site.pk}/change/")
        limits = Limits.objects.get()
        assert (limits.site, limits.hours_from, limits.hours_till) == (site, time(21), time(1, 30))
        assert limits.skipped_weekdays == [5, 6]
        assert (limits.marketing_cap, limits.marketing_cap_days) == (3, 1)
        assert limits.operational_cap is None

    def test_the_site_says_what_they_are_and_leads_to_them(self, administrator, site):
        page = f"/admin/accounts/site/{site.pk}/change/"
        before = administrator.get(page).content.decode()
        assert f"{ADD}?site={site.pk}" in before
        assert "Any number" in before

        set_limits(
            administrator, site, hours_from="09:00", hours_till="20:00",
            skipped_weekdays=["6"], marketing_cap="3",
        )  # fmt: skip

        after = administrator.get(page).content.decode()
        assert "09:00 to 20:00, never on Sunday" in after
        assert "At most 3 within 7 days" in after
        assert f"/admin/delivery/limits/{Limits.objects.get().pk}/change/" in after

    def test_the_history_of_the_site_tells_who_set_them(self, administrator, superuser, site):
        set_limits(administrator, site, marketing_cap="3")

        entry = LogEntry.objects.get(content_type__model="site")
        assert (entry.user, entry.object_id) == (superuser, str(site.pk))
        assert entry.change_message == (
            "Set its limits. Any hour; Marketing: at most 3 within 7 days; Operational: any number."
        )

    def test_they_can_be_taken_away_again(self, administrator, site):
        set_limits(administrator, site, hours_from="09:00", hours_till="20:00", marketing_cap="3")

        set_limits(administrator, site)

        limits = Limits.objects.get()
        assert (limits.hours_from, limits.hours_till, limits.marketing_cap) == (None, None, None)

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            (
                {"hours_from": "09:00"},
                {"hours_till": ["Write till when, or leave both empty."]},
            ),
            (
                {"hours_till": "09:00"},
                {"hours_from": ["Write from when, or leave both empty."]},
            ),
            (
                {"hours_from": "09:00", "hours_till": "09:00"},
                {"hours_till": ["This is the beginning too: leave both empty for the whole day."]},
            ),
            (
                {"hours_from": "late", "hours_till": "09:00"},
                {"hours_from": ["Enter a valid time."]},
            ),
            (
                {"skipped_weekdays": [str(day) for day in range(7)]},
                {
                    "skipped_weekdays": [
                        "Leave at least one day: on none of them, no push would ever be sent."
                    ]
                },
            ),
            (
                {"marketing_cap": "0"},
                {"marketing_cap": ["Ensure this value is greater than or equal to 1."]},
            ),
            (
                {"operational_cap_days": "91"},
                {"operational_cap_days": ["Ensure this value is less than or equal to 90."]},
            ),
        ],
    )
    def test_what_makes_no_sense_is_told_at_its_field(self, administrator, site, values, told):
        answer = set_limits(administrator, site, **values)

        assert errors(answer) == told
        assert not Limits.objects.exists()

    def test_they_are_emptied_and_never_deleted(self, administrator, site):
        set_limits(administrator, site, marketing_cap="3")
        page = f"/admin/delivery/limits/{Limits.objects.get().pk}/delete/"

        assert administrator.post(page, {"post": "yes"}).status_code == 403
        assert Limits.objects.get().marketing_cap == 3

    def test_a_site_has_them_once(self, administrator, site):
        Limits.objects.create(site=site)

        answer = administrator.post(f"{ADD}?site={site.pk}", {"site": site.pk, **NOTHING})

        assert "site" in errors(answer)
        assert Limits.objects.count() == 1

    def test_a_marketer_sees_them_and_cannot_set_them(self, client, site):
        limits = Limits.objects.create(site=site, marketing_cap=3)
        client.force_login(a_user("Marketer"))

        page = client.get(f"/admin/accounts/site/{site.pk}/change/").content.decode()

        assert "At most 3 within 7 days" in page
        assert "Set the limits" not in page
        address = f"/admin/delivery/limits/{limits.pk}/change/"
        assert client.post(address, {"site": site.pk, **NOTHING}).status_code == 403
        assert Limits.objects.get().marketing_cap == 3
