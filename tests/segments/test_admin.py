import pytest

from apps.segments import rules
from apps.segments.fields import FIELDS
from apps.segments.forms import condition, further_conditions, join, split
from apps.segments.models import Segment
from tests.factories import a_contact, a_segment, a_site, a_user

ASK = {"field": "push_status", "op": "is", "value": "ask"}
REACHABLE = {"field": "reachable", "op": "is", "value": True}
UNKNOWN = {"field": "external_id", "op": "is_set", "value": False}
LANGUAGES = {"field": "language", "op": "any_of", "value": ["de", "fr"]}
ODD = {"field": "language", "op": "starts_with", "value": "d"}


def there_and_back(rule):
    values, kept = split(rule)
    return join([condition(FIELDS[name], value) for name, value in values.items()], kept)


class TestFacets:
    @pytest.mark.parametrize(
        "rule",
        [
            {},
            {"all": [ASK]},
            {"all": [ASK, REACHABLE, UNKNOWN, LANGUAGES]},
            {"all": [REACHABLE, ODD]},
            {"all": [LANGUAGES, {"any": [ASK, REACHABLE]}]},
            {"any": [ASK, REACHABLE]},
            {"none": [ASK]},
            {"all": [ASK, ASK]},
            {"all": [{"field": "language", "op": "is", "value": "a, b"}]},
        ],
    )
    def test_it_gives_back_the_rule_that_it_was_given(self, rule):
        assert there_and_back(rule) == rule

    def test_it_keeps_a_bare_condition_in_its_meaning(self):
        assert there_and_back(ASK) == {"all": [ASK]}

    def test_it_tells_in_words_what_it_cannot_show(self):
        assert further_conditions({"all": [ASK, ODD]}) == "Language starts with d"
        assert further_conditions({"all": [ASK]}) == ""


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


class TestSegmentForm:
    def test_it_compiles_the_facets_to_a_rule(self, marketer):
        site = a_site()
        form = {
            "name": "German visitors",
            "site": str(site.pk),
            "facet_push_status": ["ask", "allowed"],
            "facet_external_id": "no",
            "facet_language": "de, de-AT",
        }

        marketer.post("/admin/segments/segment/add/", form)

        segment = Segment.objects.get()
        assert segment.rule == {
            "all": [
                {"field": "push_status", "op": "any_of", "value": ["ask", "allowed"]},
                {"field": "external_id", "op": "is_set", "value": False},
                {"field": "language", "op": "any_of", "value": ["de", "de-AT"]},
            ]
        }
        assert rules.check(segment.rule) is None

    def test_it_means_everybody_when_nothing_is_asked(self, marketer):
        site = a_site()

        marketer.post("/admin/segments/segment/add/", {"name": "All", "site": str(site.pk)})

        assert Segment.objects.get().rule == {}

    def test_it_puts_the_error_next_to_its_field(self, marketer):
        site = a_site()
        form = {"name": "Long", "site": str(site.pk), "facet_language": "x" * 501}

        page = marketer.post("/admin/segments/segment/add/", form)

        assert list(page.context["adminform"].form.errors) == ["facet_language"]
        assert not Segment.objects.exists()

    def test_it_keeps_what_the_facets_cannot_show(self, marketer):
        segment = a_segment(rule={"all": [ASK, ODD]})

        marketer.post(
            f"/admin/segments/segment/{segment.pk}/change/",
            {"name": segment.name, "facet_push_status": ["blocked"]},
        )

        segment.refresh_from_db()
        assert segment.rule == {
            "all": [{"field": "push_status", "op": "is", "value": "blocked"}, ODD]
        }

    def test_it_drops_the_rest_when_asked_to(self, marketer):
        segment = a_segment(rule={"any": [ASK, ODD]})

        marketer.post(
            f"/admin/segments/segment/{segment.pk}/change/",
            {"name": segment.name, "drop_kept": "on"},
        )

        segment.refresh_from_db()
        assert segment.rule == {}

    def test_it_shows_how_many_are_in_it(self, marketer):
        site = a_site()
        a_contact(site, is_reachable=True, language="de")
        a_contact(site, language="de")
        a_contact(site, language="fr")
        segment = a_segment(site, rule={"all": [{"field": "language", "op": "is", "value": "de"}]})

        page = marketer.get(f"/admin/segments/segment/{segment.pk}/change/")

        assert page.context["panels_above"][0].content["values"] == [
            ("Contacts", 2),
            ("Reachable by push", 1),
        ]
