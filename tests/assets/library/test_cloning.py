import pytest
from django.core.exceptions import ValidationError

from apps.assets import snapshots
from apps.assets.library import cloning, statuses
from apps.assets.models import Push
from tests.assets.full_assets import a_full_popup, a_full_push
from tests.assets.varied import a_button
from tests.factories import a_push, a_site, a_user

pytestmark = pytest.mark.django_db


class TestClone:
    @pytest.mark.parametrize("make", [a_full_push, a_full_popup])
    def test_it_is_a_draft_with_everything_that_the_asset_has(self, make):
        asset, user = make(a_site()), a_user()
        before = snapshots.write(asset)

        made = cloning.clone(asset, user)

        name = f"{asset.name} (copy)"
        assert snapshots.write(made) == {**before, "name": name, "status": "draft"}
        assert snapshots.write(type(asset).objects.get(pk=asset.pk)) == before
        assert made.revisions.get().note == f"Cloned from “{asset.name}”"

    def test_each_has_a_name_of_its_own(self):
        push = a_push(name="Sale")

        names = [cloning.clone(push, None).name for _ in range(3)]

        assert names == ["Sale (copy)", "Sale (copy 2)", "Sale (copy 3)"]

    def test_a_long_name_is_cut(self):
        push = a_push(name="x" * 150)

        assert cloning.clone(push, None).name == "x" * 143 + " (copy)"


class TestActivating:
    def test_it_makes_it_active_and_tells_its_history(self):
        push, user = a_push(status="archived"), a_user()

        statuses.activate(push, user)

        assert Push.objects.get(pk=push.pk).is_active
        assert push.revisions.first().by == user

    def test_it_refuses_what_the_editor_would_refuse(self):
        push = a_push(status="draft", title="Hello {{ state.first_name }}")

        with pytest.raises(ValidationError) as error:
            statuses.activate(push, None)

        assert error.value.messages == [
            "Title: “state.first_name” is not known to this site. (line 1, character 10)"
        ]
        assert Push.objects.get(pk=push.pk).status == "draft"
        assert not push.revisions.exists()

    def test_it_refuses_what_can_never_be_sent(self):
        push = a_push(status="draft", message="漢" * 1_000, url="/" + "x" * 900)
        a_button(push, url="/" + "x" * 900)

        with pytest.raises(ValidationError) as error:
            statuses.activate(Push.objects.get(pk=push.pk), None)

        (message,) = error.value.messages
        assert message.startswith("Status: Too large for every browser: 5,")
        assert Push.objects.get(pk=push.pk).status == "draft"
        assert not push.revisions.exists()

    def test_a_broken_rule_counts_where_its_variation_is_active(self):
        push = a_full_push(a_site(), status="draft")
        push.site.segments.filter(name="VIP").delete()

        with pytest.raises(ValidationError):
            statuses.activate(push, None)
        push.variations.filter(name="VIP").update(status="draft")
        statuses.activate(Push.objects.get(pk=push.pk), None)

        assert Push.objects.get(pk=push.pk).is_active
