import pytest

from apps.assets import variations
from apps.assets.models import Push, Variation
from tests.assets.varied import GERMAN, a_button, a_variation, names
from tests.factories import a_push

pytestmark = pytest.mark.django_db


@pytest.fixture
def push():
    push = a_push()
    for name in ("A", "B", "C"):
        a_variation(push, name)
    return push


def called(push, name):
    return push.variations.get(name=name)


class TestMove:
    @pytest.mark.parametrize(
        ("name", "places", "order"),
        [
            ("B", -1, "BAC"),
            ("B", 1, "ACB"),
            ("C", -2, "CAB"),
            ("A", -1, "ABC"),
            ("C", 1, "ABC"),
        ],
    )
    def test_it_moves_by_places_and_stops_at_the_ends(self, push, name, places, order):
        variations.move(called(push, name), places)

        assert names(push) == list(order)

    def test_it_tells_apart_those_that_had_the_same_place(self, push):
        push.variations.update(position=0)

        variations.move(called(push, "B"), 1)

        assert names(push) == ["A", "C", "B"]
        assert list(push.variations.values_list("position", flat=True)) == [0, 1, 2]

    def test_it_does_nothing_with_one_that_is_gone(self, push):
        gone = called(push, "B")
        Variation.objects.filter(pk=gone.pk).delete()

        variations.move(gone, 1)

        assert names(push) == ["A", "C"]


class TestPlaceLast:
    def test_it_comes_after_all_others(self, push):
        push.variations.filter(name="C").update(position=7)
        new = Variation(asset=push, name="New")

        variations.place_last(new)

        assert new.position == 8

    def test_the_first_begins(self):
        new = Variation(asset=a_push(), name="New")

        variations.place_last(new)

        assert new.position == 0


class TestDuplicate:
    def test_it_makes_a_draft_with_the_same_content_right_after(self, push):
        old = called(push, "A")
        Variation.objects.filter(pk=old.pk).update(content={"data": {"a": 1}}, has_own_buttons=True)
        a_button(push, old, "Zeig her", url="/sale", position=2)
        old.refresh_from_db()

        made = variations.duplicate(old)

        made.refresh_from_db()
        assert names(push) == ["A", "A (copy)", "B", "C"]
        assert (made.status, made.rule, made.content) == ("draft", GERMAN, {"data": {"a": 1}})
        assert made.has_own_buttons
        copied = made.buttons.get()
        assert (copied.asset_id, copied.label, copied.url, copied.position) == (
            push.pk,
            "Zeig her",
            "/sale",
            2,
        )
        assert old.buttons.count() == 1

    def test_it_finds_a_free_name_that_fits(self, push):
        long = a_variation(push, "x" * 100)

        assert variations.duplicate(long).name == "x" * 93 + " (copy)"
        assert variations.duplicate(long).name == "x" * 91 + " (copy 2)"

    def test_it_refuses_more_than_there_may_be(self, push, monkeypatch):
        monkeypatch.setattr(variations, "MAX_VARIATIONS", 3)

        with pytest.raises(variations.Full):
            variations.duplicate(called(push, "A"))

        assert names(push) == ["A", "B", "C"]


class TestCounted:
    def test_it_counts_in_the_query_of_the_assets(self, push, django_assert_num_queries):
        none = a_push(push.site)

        with django_assert_num_queries(1):
            found = {row.pk: row.variation_count for row in variations.counted(Push.objects.all())}

        assert (found[push.pk], found[none.pk]) == (3, 0)
