import pytest
from django.core.exceptions import ValidationError

from apps.accounts.models import Contact
from apps.segments import rules
from tests.factories import a_contact, a_segment, a_site

ASK = {"field": "push_status", "op": "is", "value": "ask"}
GERMAN = {"field": "language", "op": "starts_with", "value": "de"}
REACHABLE = {"field": "reachable", "op": "is", "value": True}


class TestCheck:
    @pytest.mark.parametrize(
        "rule",
        [
            {},
            ASK,
            {"all": [ASK, {"any": [GERMAN, REACHABLE]}]},
            {"none": [{"field": "language", "op": "any_of", "value": ["de", "fr"]}]},
            {"field": "external_id", "op": "is_set", "value": False},
        ],
    )
    def test_it_takes_what_can_be_asked(self, rule):
        rules.check(rule)

    @pytest.mark.parametrize(
        ("rule", "message"),
        [
            ({"all": []}, "needs a list of conditions"),
            ({"all": ASK}, "needs a list of conditions"),
            ({"all": [ASK], "any": [ASK]}, "needs a list of conditions"),
            ({"field": "shoe_size", "op": "is", "value": 1}, "no field “shoe_size”"),
            ({"field": ["push_status"], "op": "is", "value": 1}, "no field"),
            ({"field": "push_status", "op": "gt", "value": "ask"}, "cannot be asked with “gt”"),
            ({"field": "push_status", "op": "is", "value": "asked"}, "no value of"),
            ({"field": "push_status", "op": "is", "value": ["ask"]}, "needs a value that fits"),
            ({"field": "reachable", "op": "is", "value": 1}, "needs a value that fits"),
            ({"field": "reachable", "op": "is", "value": "true"}, "needs a value that fits"),
            ({"field": "language", "op": "any_of", "value": []}, "at least one text"),
            ({"field": "language", "op": "any_of", "value": [{}]}, "at least one text"),
            ({"field": "language", "op": "is", "value": "x" * 501}, "at most 500"),
            ({"field": "push_status", "op": "is"}, "a field, an op and a value"),
            ({**ASK, "extra": 1}, "a field, an op and a value"),
            ([ASK], "is an object"),
            ("ask", "is an object"),
            ({"all": [{"all": [{"all": [{"all": [{"all": [ASK]}]}]}]}]}, "nest at most"),
            ({"any": [ASK] * 101}, "at most 100 conditions"),
        ],
    )
    def test_it_refuses_the_rest_in_words(self, rule, message):
        with pytest.raises(ValidationError, match=message):
            rules.check(rule)


class TestDescribe:
    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            ({}, "Everybody"),
            (ASK, "Push status of the last session is Ask"),
            (REACHABLE, "Core: push enabled, user has at least one device is yes"),
            (
                {"all": [ASK, {"any": [GERMAN, REACHABLE]}]},
                "Push status of the last session is Ask and (Language starts with de or "
                "Core: push enabled, user has at least one device is yes)",
            ),
            ({"none": [GERMAN]}, "none of: Language starts with de"),
        ],
    )
    def test_it_reads_as_a_sentence(self, rule, words):
        assert rules.describe(rule) == words


@pytest.mark.django_db
class TestCompile:
    @pytest.fixture
    def people(self):
        site = a_site()
        a_contact(site, external_id="anna", language="de-AT", push_status="ask")
        a_contact(site, external_id="ben", language="de", push_status="allowed", is_reachable=True)
        a_contact(site, external_id="chloe", language="fr", push_status="blocked")
        a_contact(site, language="fr", push_status="ask")
        return site

    @pytest.mark.parametrize(
        ("rule", "names"),
        [
            ({}, {"anna", "ben", "chloe", None}),
            (ASK, {"anna", None}),
            (REACHABLE, {"ben"}),
            ({**REACHABLE, "value": False}, {"anna", "chloe", None}),
            ({"all": [ASK, GERMAN]}, {"anna"}),
            ({"any": [ASK, GERMAN]}, {"anna", "ben", None}),
            ({"none": [ASK, GERMAN]}, {"chloe"}),
            ({"field": "language", "op": "any_of", "value": ["de", "fr"]}, {"ben", "chloe", None}),
            ({"field": "external_id", "op": "is_set", "value": False}, {None}),
            ({"field": "external_id", "op": "is_not", "value": "anna"}, {"ben", "chloe", None}),
            ({"all": [{"none": [REACHABLE]}, {"any": [ASK]}]}, {"anna", None}),
        ],
    )
    def test_it_finds_exactly_those_who_meet_the_rule(self, people, rule, names):
        found = Contact.objects.filter(rules.compile(rule))

        assert set(found.values_list("external_id", flat=True)) == names


@pytest.mark.django_db
class TestSegment:
    def test_it_holds_the_contacts_of_its_own_site_only(self):
        segment = a_segment(rule={"all": [ASK]})
        mine = a_contact(segment.site, push_status="ask")
        a_contact(a_site(), push_status="ask")

        assert list(segment.contacts()) == [mine]
