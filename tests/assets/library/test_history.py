import pytest
from django.core.exceptions import ValidationError

from apps.assets import snapshots
from apps.assets.library import history
from apps.assets.models import Asset, Button, Push, Revision, Variation
from tests.assets.full_assets import a_full_push
from tests.factories import a_push, a_site, a_user

pytestmark = pytest.mark.django_db

LONG = "https://shop.example/" + "x" * 900


def told(asset):
    return list(asset.revisions.order_by("number").values_list("number", "note"))


class TestRecording:
    def test_it_writes_who_what_and_when(self):
        push, user = a_full_push(a_site()), a_user()

        revision = history.record(push, user, "Created")

        assert (revision.number, revision.by, revision.note) == (1, user, "Created")
        assert revision.snapshot == snapshots.write(Push.objects.get(pk=push.pk))

    def test_it_writes_nothing_when_nothing_has_changed(self):
        push = a_full_push(a_site())
        history.record(push, None)

        assert history.record(push, None, "Again") is None
        assert told(push) == [(1, "")]

    def test_it_takes_what_is_stored_not_what_is_at_hand(self):
        push = a_full_push(a_site())
        history.record(push, None)
        Variation.objects.filter(asset=push, name="German").update(name="Deutsch")

        revision = history.record(Asset.objects.get(pk=push.pk), None)

        assert revision.number == 2
        assert revision.snapshot["variations"][0]["name"] == "Deutsch"

    def test_what_was_there_before_is_kept_once(self):
        push = a_push()

        history.begin(push)
        history.begin(push)

        assert told(push) == [(1, history.BEFORE)]


class TestRestoring:
    @pytest.fixture
    def push(self):
        push = a_full_push(a_site())
        history.record(push, None, "Created")
        return push

    def change(self, push):
        push.title, push.status, push.name = "Changed", "draft", "Winter sale"
        push.save()
        push.buttons.all().delete()
        push.variations.all().delete()
        history.record(push, None)

    def test_it_brings_the_content_back_as_a_new_revision(self, push):
        user, before = a_user(), snapshots.write(push)
        self.change(push)

        history.restore(push.revisions.get(number=1), user)

        now = snapshots.write(Push.objects.get(pk=push.pk))
        assert now == {**before, "status": "draft"}
        assert told(push)[2:] == [(3, "Restored revision 1")]
        assert push.revisions.first().by == user

    def test_it_never_activates(self, push):
        self.change(push)

        history.restore(push.revisions.get(number=1), None)

        assert Push.objects.get(pk=push.pk).status == "draft"

    def test_it_writes_nothing_when_it_is_so_already(self, push):
        assert history.restore(push.revisions.get(), None) is None
        assert told(push) == [(1, "Created")]

    def test_it_refuses_a_name_that_another_asset_has_now(self, push):
        self.change(push)
        a_push(push.site, name="Summer sale")
        before = snapshots.write(Push.objects.get(pk=push.pk))

        with pytest.raises(ValidationError) as error:
            history.restore(push.revisions.get(number=1), None)

        assert error.value.messages == ["Name: Another asset has it now."]
        assert snapshots.write(Push.objects.get(pk=push.pk)) == before

    def test_it_refuses_to_give_an_active_asset_tags_that_the_site_does_not_know(self, push):
        push.title = "Changed"
        push.save()
        push.site.label_tags.all().delete()

        with pytest.raises(ValidationError):
            history.restore(push.revisions.get(number=1), None)

        assert Push.objects.get(pk=push.pk).title == "Changed"

    def test_it_refuses_to_give_an_active_asset_what_can_never_be_sent(self, push):
        Push.objects.filter(pk=push.pk).update(status="draft", message="漢" * 1_000, data={})
        Push.objects.filter(pk=push.pk).update(url=LONG, icon=LONG)
        too_large = history.record(push, None)
        Push.objects.filter(pk=push.pk).update(status="active", message="Short", icon="", url="")
        push = Push.objects.get(pk=push.pk)

        with pytest.raises(ValidationError) as error:
            history.restore(Revision.objects.get(pk=too_large.pk), None)

        assert "Too large for every browser" in " ".join(error.value.messages)
        assert Push.objects.get(pk=push.pk).message == "Short"

    def test_a_variation_of_a_segment_that_is_gone_comes_back_as_a_draft(self, push):
        self.change(push)
        push.site.segments.filter(name="VIP").delete()

        history.restore(push.revisions.get(number=1), None)

        assert list(push.variations.values_list("name", "status")) == [
            ("German", "active"),
            ("VIP", "draft"),
        ]

    def test_buttons_in_the_same_place_stay_the_same_rows(self, push):
        """Else a page that somebody has open meanwhile could not be saved any more."""
        history.record(push, None)
        first, second = push.buttons.filter(variation=None)
        (own,) = push.buttons.exclude(variation=None)
        Button.objects.filter(pk=second.pk).update(label="Never", position=5)
        Button.objects.create(asset=push, position=9, label="Third")
        history.record(push, None)

        history.restore(push.revisions.get(number=1), None)

        assert list(push.buttons.filter(variation=None).values_list("pk", "label")) == [
            (first.pk, "Show me"),
            (second.pk, "Later"),
        ]
        assert list(push.buttons.exclude(variation=None).values_list("pk", "label", "url")) == [
            (own.pk, "Zeig her", "/de")
        ]
