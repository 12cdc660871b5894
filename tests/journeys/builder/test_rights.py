"""Who may open and send what, address by address."""

import pytest
from django.contrib.auth.models import Permission

from apps.journeys.admin.builder import urls
from apps.journeys.models import Edit, Enrolment, Journey, Lead, Step
from tests.factories import a_live_journey, a_user
from tests.journeys.builder.house import Builder

pytestmark = pytest.mark.django_db

# What an analyst opens; all else of a journey is for those who may change it.
LOOKED_AT = {
    "flow", "step", "keys", "deleting", "terms", "numbers", "who", "export",
}  # fmt: skip
PARTS = {"group": "entry", "verb": "pause", "number": "1"}


@pytest.fixture
def journey():
    return a_live_journey()


def addresses(journey):
    """Each address with what it takes, by its name."""
    key = journey.steps.first().key
    for route, _, methods, name in urls.ADDRESSES:
        path = route.replace("<str:key>", key)
        for part, value in PARTS.items():
            path = path.replace(f"<str:{part}>", value)
        if name == "who" or name == "who_export":
            path += "?what=entered"
        yield name, path, methods


def stored():
    models = (Journey, Step.objects.non_polymorphic(), Lead, Edit, Enrolment)
    return [list(getattr(each, "objects", each).values()) for each in models]


class TestAnalyst:
    def test_looks_at_the_journey_and_its_numbers_alone(self, client, journey):
        analyst = Builder(client, journey, "Analyst")

        opened = {
            name
            for name, path, methods in addresses(journey)
            if "GET" in methods and analyst.get(path).status_code == 200
        }

        assert opened == LOOKED_AT

    def test_sends_nothing(self, client, journey):
        analyst, before = Builder(client, journey, "Analyst"), stored()

        answers = {
            name: analyst.post(path).status_code
            for name, path, methods in addresses(journey)
            if "POST" in methods
        }

        assert set(answers.values()) == {403}
        assert stored() == before


class TestOthers:
    def test_somebody_without_a_role_opens_and_sends_nothing(self, client, journey):
        nobody, before = Builder(client, journey, ""), stored()

        answers = {
            getattr(nobody, method.lower())(path).status_code
            for _, path, methods in addresses(journey)
            for method in methods
        }

        assert answers == {403}
        assert stored() == before

    def test_a_stranger_is_asked_to_log_in(self, client, journey):
        builder, before = Builder(client, journey, ""), stored()
        client.logout()

        answers = [
            getattr(builder, method.lower())(path)
            for _, path, methods in addresses(journey)
            for method in methods
        ]

        assert {answer.status_code for answer in answers} == {302}
        assert all(answer.url.startswith("/admin/login/") for answer in answers)
        assert stored() == before

    def test_who_is_no_staff_is_asked_to_log_in(self, client, journey):
        builder = Builder(client, journey, "Marketer")
        user = builder.page().wsgi_request.user
        user.is_staff = False
        user.save()

        assert {builder.get(path).status_code for _, path, _ in addresses(journey)} == {302}

    @pytest.mark.parametrize("method", ["put", "patch", "delete", "head", "options"])
    def test_no_other_method_does_anything(self, client, journey, method):
        marketer, before = Builder(client, journey), stored()

        for _, path, _ in addresses(journey):
            assert getattr(client, method)(f"{marketer.base}{path}").status_code == 405
        assert stored() == before

    @pytest.mark.parametrize("user", ["Analyst", "Marketer"])
    def test_the_address_of_an_archived_journey_changes_nothing(self, client, journey, user):
        Journey.objects.update(status="archived")
        before = stored()
        builder = Builder(client, journey, user)

        answers = {
            name: builder.post(path).status_code
            for name, path, methods in addresses(journey)
            if "POST" in methods and name != "clone"
        }

        assert set(answers.values()) == {403}
        assert stored() == before


def test_who_may_only_add_makes_a_copy_and_changes_nothing_else(client, journey):
    user = a_user()
    rights = ("view_journey", "add_journey")
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    builder, before = Builder(client, journey, ""), stored()
    client.force_login(user)

    assert builder.post("publish/").status_code == 403
    assert builder.post("flow/edit/undo/").status_code == 403
    assert stored() == before
    assert builder.post("clone/").status_code == 200
    assert Journey.objects.filter(name=f"{journey} (copy)").exists()
