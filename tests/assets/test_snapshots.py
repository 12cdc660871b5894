import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from apps.accounts.models import Site
from apps.assets import snapshots
from apps.assets.models import Asset, Popup, Push, Variation
from apps.assets.snapshots import Knowledge
from tests.assets.full_assets import GERMAN, a_full_popup, a_full_push, in_segment
from tests.factories import a_popup, a_push, a_site

pytestmark = pytest.mark.django_db


def read(data, site):
    return snapshots.read(data, Knowledge.of(site))


def problems(data, site):
    return [(each.asset, each.field, each.message) for each in read(data, site).problems]


class TestWriting:
    def test_it_holds_the_whole_asset(self):
        site = a_site()
        push = a_full_push(site)

        found = snapshots.write(push)

        assert (found["format"], found["kind"], found["status"]) == (1, "push", "active")
        assert found["labels"] == ["Sale"]
        assert set(found["content"]) == set(Push.CONTENT)
        assert [button["label"] for button in found["buttons"]] == ["Show me", "Later"]
        german, vip = found["variations"]
        assert german["content"] == {"title": "Hallo", "data": {}}
        assert [button["label"] for button in german["buttons"]] == ["Zeig her"]
        assert (vip["has_own_buttons"], vip["buttons"]) == (False, [])

    def test_it_costs_the_same_for_one_and_for_three(self, django_assert_num_queries):
        site = a_site()
        a_full_push(site, "A")
        rows = Push.objects.filter(site=site, name__in="ABC")
        with django_assert_num_queries(4):
            assert len([snapshots.write(row) for row in snapshots.prefetched(rows)]) == 1
        a_full_push(site, "B")
        a_full_push(site, "C")

        with django_assert_num_queries(4):
            assert len([snapshots.write(row) for row in snapshots.prefetched(rows)]) == 3

    def test_its_digest_does_not_depend_on_the_order_of_keys(self):
        found = snapshots.write(a_full_push(a_site()))

        turned = dict(reversed(found.items()))

        assert snapshots.digest(turned) == snapshots.digest(found)
        assert snapshots.digest({**found, "name": "Other"}) != snapshots.digest(found)
        assert snapshots.digest({**found, "name": "Other"}, without=["name"]) == (
            snapshots.digest(found, without=["name"])
        )


class TestReadingBack:
    @pytest.mark.parametrize("make", [a_full_push, a_full_popup])
    def test_what_was_written_is_read_as_it_is(self, make):
        site = a_site()
        written = snapshots.write(make(site))

        checked = read(written, site)

        assert checked.snapshot == written
        assert (checked.problems, checked.unknown, checked.broken) == ([], [], [])

    @pytest.mark.parametrize("make", [a_full_push, a_full_popup])
    def test_applied_to_a_new_asset_it_is_the_same(self, make):
        site = a_site()
        asset = make(site)
        written = snapshots.write(asset)

        made = snapshots.make(site, read(written, site).snapshot, name="Other")

        assert type(made) is type(asset)
        assert snapshots.write(made) == {**written, "name": "Other"}

    def test_the_same_variations_stay_the_same_rows(self):
        push = a_full_push(a_site())
        written = snapshots.write(push)
        german = push.variations.get(name="German").pk
        push.variations.filter(name="VIP").delete()
        Variation.objects.create(asset=push, name="French", position=0)
        push.variations.filter(name="German").update(content={"title": "Guten Tag"})

        snapshots.apply(push, written)

        assert snapshots.write(push) == written
        assert push.variations.get(name="German").pk == german

    @settings(max_examples=40, deadline=None)
    @given(
        title=some.text(some.characters(exclude_categories=["C"], exclude_characters="{}"),
                        min_size=1, max_size=150).filter(str.strip),
        ttl=some.integers(60, 2_592_000),
        data=some.dictionaries(some.text("abc"), some.integers(-9, 9), max_size=4),
        silent=some.booleans(),
    )  # fmt: skip
    def test_reading_twice_is_reading_once(self, title, ttl, data, silent):
        content = json.loads(json.dumps(Push().own_content))
        content |= {"title": title, "ttl": ttl, "data": data, "silent": silent}
        written = {"format": 1, "kind": "push", "name": "A", "status": "draft", "labels": []}
        written |= {"content": content, "buttons": [], "variations": []}
        knowledge = Knowledge(site=Site(pk=1), names={}, context=None)

        once = snapshots.read(written, knowledge)
        twice = snapshots.read(once.snapshot, knowledge)

        assert once.problems == twice.problems == []
        assert once.snapshot == twice.snapshot


class TestWhatTheSiteDoesNotKnow:
    def test_names_in_tags_are_told_and_stand_in_nobodys_way(self):
        written = snapshots.write(a_full_push(a_site()))
        written["variations"] = []

        checked = read(written, a_site())

        assert checked.problems == []
        assert [(each.field, each.message) for each in checked.unknown] == [
            ("Title", "“state.first_name” is not known to this site. (line 1, character 10)"),
            ("Title", "“label.bonus” is not known to this site. (line 1, character 34)"),
        ]

    def test_a_variation_whose_rule_cannot_be_asked_becomes_a_draft(self):
        written = snapshots.write(a_full_push(a_site()))
        written["variations"][0]["rule"] = in_segment(999_999)

        checked = read(written, a_site())

        assert checked.problems == []
        assert [each.field for each in checked.broken] == [
            "Variation “German”, rule",
            "Variation “VIP”, rule",
        ]
        assert [each["status"] for each in checked.snapshot["variations"]] == ["draft", "draft"]
        assert checked.snapshot["variations"][0]["rule"] == in_segment(999_999)

    def test_it_asks_the_same_number_of_queries_for_any_number_of_snapshots(
        self, django_assert_num_queries
    ):
        site = a_site()
        written = snapshots.write(a_full_push(site))
        knowledge = Knowledge.of(site)

        with django_assert_num_queries(0):
            for _ in range(3):
                assert snapshots.read(written, knowledge).problems == []


class TestApplying:
    def test_a_label_is_found_whatever_its_capitals(self):
        site = a_site()
        push = a_full_push(site)

        snapshots.apply(push, {**snapshots.write(push), "labels": ["SALE", "New"]})

        assert sorted(push.labels.values_list("name", flat=True)) == ["New", "Sale"]
        assert site.asset_labels.count() == 2

    def test_labels_are_those_of_the_assets_own_site(self):
        push = a_full_push(a_site())
        other = a_site()

        made = snapshots.make(other, {**snapshots.write(push), "variations": []})

        assert [label.site for label in made.labels.all()] == [other]

    def test_it_changes_nothing_of_other_assets(self):
        site = a_site()
        one, other, popup = a_full_push(site, "A"), a_full_push(site, "B"), a_popup(site)
        before = snapshots.write(other)

        snapshots.apply(one, snapshots.write(a_push(site, name="C")), name="A")

        assert snapshots.write(Asset.objects.get(pk=other.pk)) == before
        assert not one.buttons.exists()
        assert not one.variations.exists()
        assert isinstance(Asset.objects.get(pk=popup.pk), Popup)


def test_rules_are_kept_as_they_are():
    site = a_site()
    push = a_full_push(site)

    assert snapshots.write(push)["variations"][0]["rule"] == GERMAN
