from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from apps.journeys.models import Call, Journey
from tests.factories import a_contact, a_site, a_user
from tests.journeys.authoring import a_draft, inside
from tests.journeys.called import a_called_journey

pytestmark = pytest.mark.django_db

WHY = "/admin/journeys/journey/why"


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def journey(db):
    return a_called_journey(a_site())


def search(client, journey, contact):
    return client.get(f"{WHY}/{journey.pk}/", {"contact": contact}, follow=True)


class TestWhy:
    def test_it_explains_the_contact_of_an_external_id_and_a_visitor(self, marketer, journey):
        anna = a_contact(journey.site, external_id="anna")
        visitor = a_contact(journey.site)

        for term, contact in (("anna", anna), (f"Visitor {visitor.pk}", visitor)):
            page = search(marketer, journey, term)
            assert page.context["contact"] == contact
            assert "Could enter now, by the API or by another journey." in page.content.decode()

    def test_it_asks_which_one_where_several_begin_so(self, marketer, journey):
        found = [a_contact(journey.site, external_id=f"anna-{number}") for number in (1, 2)]

        assert search(marketer, journey, "anna").context["found"] == found

    @pytest.mark.parametrize("term", ["", "nobody", "\x00", "%", "9" * 200, "²", "<b>"])
    def test_it_finds_nobody_for_what_names_nobody(self, marketer, journey, term):
        a_contact(journey.site, external_id="anna")

        page = search(marketer, journey, term)

        assert (page.status_code, page.context["found"]) == (200, [])

    def test_it_is_about_one_site(self, marketer, journey):
        stranger = a_contact(a_site(), external_id="anna")

        address = f"{WHY}/{journey.pk}/{stranger.pk}/"
        assert marketer.get(address).status_code == 404
        assert search(marketer, journey, "anna").context["found"] == []

    def test_it_is_reached_from_the_contact_and_from_the_journey(self, marketer, journey):
        contact = a_contact(journey.site)

        chosen = marketer.get(f"{WHY}/contact/{contact.pk}/", {"journey": journey.pk})
        of_contact = marketer.get(f"/admin/accounts/contact/{contact.pk}/change/")
        of_journey = marketer.get(f"/admin/journeys/journey/{journey.pk}/change/")

        assert chosen.url == f"{WHY}/{journey.pk}/{contact.pk}/"
        assert f"{WHY}/contact/{contact.pk}/" in of_contact.content.decode()
        assert f"{WHY}/{journey.pk}/" in of_journey.content.decode()

    def test_a_journey_of_another_site_is_not_chosen_nor_offered(self, marketer, journey):
        stranger = a_contact(a_site())

        answer = marketer.get(f"{WHY}/contact/{stranger.pk}/", {"journey": journey.pk})
        page = marketer.get(f"/admin/accounts/contact/{stranger.pk}/change/").content.decode()

        assert answer.status_code == 404
        assert f'<option value="{journey.pk}">' not in page

    @pytest.mark.parametrize("chosen", ["", "x", "0", "9" * 30, "-1"])
    def test_a_journey_that_is_none_is_not_found(self, marketer, journey, chosen):
        contact = a_contact(journey.site)

        answer = marketer.get(f"{WHY}/contact/{contact.pk}/", {"journey": chosen})
        assert answer.status_code == 404

    @pytest.mark.parametrize("right", [None, "view_journey", "view_contact"])
    def test_it_is_for_those_who_may_see_both(self, client, journey, right):
        contact, user = a_contact(journey.site), a_user()
        user.user_permissions.set(Permission.objects.filter(codename=right))
        client.force_login(user)

        for path in (f"{journey.pk}/", f"{journey.pk}/{contact.pk}/"):
            assert client.get(f"{WHY}/{path}").status_code == 403
        assert client.get(f"{WHY}/contact/{contact.pk}/").status_code == 403

    def test_the_builder_links_to_it_for_those_who_may_see_contacts(self, client, journey):
        page = f"/admin/journeys/journey/{journey.pk}/change/"
        words = "Why is somebody in it, or not?"
        for role, sees in (("Marketer", True), ("", False)):
            user = a_user(role)
            if not role:
                user.user_permissions.add(Permission.objects.get(codename="view_journey"))
            client.force_login(user)
            assert (words in client.get(page).content.decode()) is sees

    def test_names_are_shown_as_text(self, marketer, journey):
        Journey.objects.filter(pk=journey.pk).update(name="<script>alert(1)</script>")
        contact = a_contact(journey.site, external_id="<img src=x onerror=alert(1)>")

        page = marketer.get(f"{WHY}/{journey.pk}/{contact.pk}/").content.decode()

        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page

    def test_so_is_what_a_server_has_answered(self, marketer, journey):
        row = inside(journey)
        answer = "500 <img src=x onerror=alert(1)>"
        Call.objects.create(
            enrolment=row, visit=1, url="https://shop.example/", answer=answer,
            expires_at=timezone.now(),
        )  # fmt: skip

        page = marketer.get(f"{WHY}/{journey.pk}/{row.contact_id}/").content.decode()

        assert "It said: 500 &lt;img src=x" in page
        assert "<img src=x" not in page

    def test_moments_are_by_the_clocks_of_the_site(self, marketer):
        journey = a_called_journey(a_site(time_zone="Asia/Kathmandu"))
        contact = a_contact(journey.site)
        at = datetime(2026, 3, 1, 12, tzinfo=UTC)
        inside(journey, contact=contact, entered_at=at, arrived_at=at)

        page = marketer.get(f"{WHY}/{journey.pk}/{contact.pk}/").content.decode()

        assert "Entered on 1 March 2026, 17:45" in page
        assert "Times are those of the site, Asia/Kathmandu" in page

    def test_a_journey_never_published_says_so(self, marketer):
        journey = a_draft()
        contact = a_contact(journey.site)

        page = marketer.get(f"{WHY}/{journey.pk}/{contact.pk}/").content.decode()

        assert "The journey was never published, so nobody enters it." in page
