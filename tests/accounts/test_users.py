import pytest

from apps.accounts.models import Role, User
from tests.factories import a_user

pytestmark = pytest.mark.django_db

NEVER_SEEN = "This character is never seen, and may turn the others around."


def errors(answer):
    return dict(answer.context["adminform"].form.errors)


class TestUser:
    @pytest.mark.parametrize(
        ("field", "name", "message"),
        [
            ("first_name", "An\u200bna", f"{NEVER_SEEN} (character 3)"),
            ("last_name", "\u202enesraL", f"{NEVER_SEEN} (character 1)"),
            ("username", "\u3164\u3164", "Nothing of this name can be seen."),
        ],
    )
    def test_its_names_are_seen_as_they_are(self, administrator, field, name, message):
        user = a_user("Analyst")
        before = User.objects.filter(pk=user.pk).values().get()
        form = {"username": user.username, "is_active": "on", "is_staff": "on"}

        answer = administrator.post(
            f"/admin/accounts/user/{user.pk}/change/", {**form, field: name}
        )

        assert errors(answer) == {field: [message]}
        assert User.objects.filter(pk=user.pk).values().get() == before

    def test_a_new_one_is_asked_too(self, administrator):
        before = User.objects.count()
        password = {"password1": "a long pass word", "password2": "a long pass word"}

        answer = administrator.post(
            "/admin/accounts/user/add/",
            {"username": "anna\u115f", "usable_password": "true", **password},
        )

        assert errors(answer) == {"username": [f"{NEVER_SEEN} (character 5)"]}
        assert User.objects.count() == before


class TestRole:
    def test_its_name_is_seen_as_it_is(self, administrator):
        before = set(Role.objects.values_list("name", flat=True))

        answer = administrator.post("/admin/accounts/role/add/", {"name": "Market\u200ber"})

        assert errors(answer) == {"name": [f"{NEVER_SEEN} (character 7)"]}
        assert set(Role.objects.values_list("name", flat=True)) == before

    def test_a_name_in_any_script_is_taken(self, administrator):
        administrator.post("/admin/accounts/role/add/", {"name": "Маркетолог 👩‍💻"})

        assert Role.objects.filter(name="Маркетолог 👩‍💻").exists()
