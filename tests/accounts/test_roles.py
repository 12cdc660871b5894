import pytest
from django.apps import apps
from django.apps.registry import Apps
from django.contrib.auth.models import Permission

from apps.accounts import roles
from apps.accounts.models import Grant, Role

pytestmark = pytest.mark.django_db

MARKETER = roles.ROLES["Marketer"]


def sync(*labels):
    for label in labels or ("accounts", "assets", "journeys"):
        roles.sync(apps.get_app_config(label))


def right(name):
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def rights(role="Marketer"):
    rows = Role.objects.get(name=role).permissions.values_list(
        "content_type__app_label", "codename"
    )
    return {f"{app}.{codename}" for app, codename in rows}


def gives(role="Marketer", *names):
    Role.objects.get(name=role).permissions.add(*map(right, names))


def takes(role="Marketer", *names):
    Role.objects.get(name=role).permissions.remove(*map(right, names))


@pytest.fixture
def defined(monkeypatch):
    """The definition of the marketer with other rights on a model, as in another release."""

    def change(model, actions):
        changed = {**MARKETER, tuple(model.split(".")): actions}
        monkeypatch.setitem(roles.ROLES, "Marketer", changed)

    return change


class TestSync:
    def test_it_gives_what_is_new_in_a_definition(self, defined):
        before = rights()
        defined("accounts.site", ("view", "change"))

        sync()

        assert rights() == before | {"accounts.change_site"}

    def test_it_takes_what_is_no_more_in_it(self, defined):
        before = rights()
        defined("assets.push", ("view",))

        sync()

        assert before - rights() == {"assets.add_push", "assets.change_push", "assets.delete_push"}
        assert rights() < before

    def test_it_takes_what_a_whole_app_is_closed_for(self, monkeypatch):
        without = {key: actions for key, actions in MARKETER.items() if key[0] != "assets"}
        monkeypatch.setitem(roles.ROLES, "Marketer", without)
        others = {each for each in rights() if not each.startswith("assets.")}

        sync()

        assert rights() == others

    def test_what_an_administrator_has_added_stays(self, defined):
        gives("Marketer", "accounts.change_site", "journeys.view_signingsecret")
        before = rights()

        sync()
        defined("accounts.site", ())
        sync()

        assert before - rights() == {"accounts.view_site"}

    def test_what_an_administrator_has_taken_stays_taken(self):
        takes("Marketer", "assets.delete_push")
        before = rights()

        sync()

        assert rights() == before

    def test_what_is_both_added_by_hand_and_defined_later_goes_with_the_definition(self, defined):
        gives("Marketer", "accounts.change_site")
        defined("accounts.site", ("view", "change"))
        sync()
        defined("accounts.site", ("view",))

        sync()

        assert "accounts.change_site" not in rights()

    def test_a_role_of_the_customers_own_is_not_touched(self, defined):
        Role.objects.create(name="Keeper of secrets")
        gives("Keeper of secrets", "journeys.view_signingsecret", "assets.delete_push")
        defined("assets.push", ("view",))

        sync()

        assert rights("Keeper of secrets") == {"journeys.view_signingsecret", "assets.delete_push"}

    def test_of_a_role_from_before_there_were_grants_it_takes_what_nobody_is_meant_to_have(self):
        gives("Marketer", "journeys.view_signingsecret", "journeys.delete_signingsecret")
        gives("Marketer", "accounts.change_site")
        before = rights()
        Grant.objects.all().delete()

        sync()

        assert before - rights() == {
            "journeys.view_signingsecret",
            "journeys.delete_signingsecret",
        }
        assert rights() < before

    def test_it_makes_again_what_was_deleted(self):
        before = rights()
        Role.objects.get(name="Marketer").delete()

        for label in ("accounts", "devices", "segments", "assets", "delivery", "journeys"):
            sync(label)

        assert rights() == before

    def test_where_nothing_has_changed_it_only_looks(self, django_assert_num_queries):
        # Permissions of the app, and those that it has given.
        with django_assert_num_queries(2):
            sync("assets")

    def test_it_waits_until_this_app_is_migrated(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            roles.sync(apps.get_app_config("assets"), apps=Apps())
