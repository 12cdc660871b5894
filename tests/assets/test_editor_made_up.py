"""A made-up contact in the preview gets what somebody with its properties would get."""

import json

import pytest

from apps.accounts.models import AuditEntry, Contact, Event, Property
from apps.assets.models import LabelTag
from apps.assets.previews import showing
from apps.segments.counting import TooSlow
from tests.assets.test_editor import PREVIEW, asked, permission
from tests.assets.varied import GERMAN, VIP, a_variation, no_buttons
from tests.factories import a_contact, a_property, a_push, a_segment, a_site, a_user

pytestmark = pytest.mark.django_db

DEFAULT = "Default content"
KNOWN = {
    "vip": "yes_no",
    "orders": "number",
    "code": "text",
    "born": "date",
    "brands": "list",
    "first_name": "text",
}
READS = ("SELECT", "WITH", "SAVEPOINT", "RELEASE SAVEPOINT", "SET LOCAL")


@pytest.fixture
def marketer(client):
    client.force_login(a_user("Marketer"))
    return client


@pytest.fixture
def site():
    site = a_site()
    for name, type_ in KNOWN.items():
        a_property(site, name, type_)
    return site


@pytest.fixture
def push(site):
    push = a_push(site)
    a_variation(push, content={"title": "Hallo {{ state.first_name }}"})
    a_variation(push, "VIP", VIP, content={"title": "Dear {{ label.bonus }}"})
    tag = LabelTag.objects.create(site=site, name="bonus", value="10 %")
    tag.values.create(rule=VIP, value="{{ state.first_name }}, 30 %")
    return push


def given(**state):
    return {"preview-values": json.dumps({"state": state})}


def seen(client, push, **changes):
    return asked(client, push.site, asset=push.pk, **changes)


def gets(client, push, **state):
    found = seen(client, push, **given(**state))
    assert found["met"] == found["variation"]
    return found["variation"]


class TestWhatItGets:
    def test_it_is_the_variation_the_label_values_and_the_bytes_of_somebody_stored(
        self, marketer, site, push
    ):
        people = {
            "German": ({"first_name": "Eve", "vip": True}, "de"),
            "VIP": ({"first_name": "Eve", "vip": True}, "en"),
            DEFAULT: ({"first_name": "Eve", "vip": False}, "en"),
        }
        for name, (state, language) in people.items():
            contact = a_contact(site, state=state, language=language)
            typed = {**state, "vip": str(state["vip"]).lower(), "language": language}

            stored = seen(marketer, push, **{"preview-contact": contact.pk})
            made_up = seen(marketer, push, **given(**typed))

            assert made_up["variation"] == made_up["met"] == name
            for part in ("variation", "met", "labels", "notification", "meter"):
                assert made_up[part] == stored[part]
        assert made_up["labels"] == {"bonus": "10 %"}

    @pytest.mark.parametrize(
        ("field", "op", "value", "text"),
        [
            ("state.orders", "lt", 3, "2"),
            ("state.orders", "is", 2.5, "2.50"),
            ("state.vip", "is", False, "no"),
            ("state.code", "is", "12", "12"),
            ("state.code", "is", "true", "true"),
            ("state.born", "on", "2026-06-01", "2026-06-01 10:00"),
            ("state.brands", "has", "Tent & Co", "Boots, Tent & Co"),
            ("external_id", "is", "customer-7", "customer-7"),
            ("external_id", "is_set", False, ""),
            ("push_status", "is", "allowed", "allowed"),
            ("push_status", "is", "not_supported", "Not supported"),
            ("time_zone", "is", "Asia/Tokyo", "Asia/Tokyo"),
        ],
    )
    def test_what_is_typed_is_of_the_type_that_the_site_uses(
        self, marketer, site, field, op, value, text
    ):
        push = a_push(site)
        a_variation(push, "Met", {"field": field, "op": op, "value": value})
        name = field.removeprefix("state.")

        assert gets(marketer, push, **{name: text}) == "Met"
        assert gets(marketer, push, **{name: "9"}) == DEFAULT

    def test_what_is_made_up_for_the_texts_counts_as_the_table_shows_it(self, marketer, push):
        push.title = "{% if state.vip %}Hi{% endif %}"
        push.save()

        found = seen(marketer, push, title=push.title)

        assert (found["values"]["state"]["vip"], found["variation"]) == ("true", "VIP")
        assert gets(marketer, push, vip="false") == DEFAULT

    def test_another_content_can_be_looked_at_and_what_is_met_is_said(self, marketer, push):
        changes = {"preview-version": "default", **given(language="de")}

        found = seen(marketer, push, **changes)

        assert (found["variation"], found["met"]) == (DEFAULT, "German")

    def test_the_page_of_a_variation_says_what_is_met_as_well(self, marketer, push):
        german = push.variations.get(name="German")
        page = {
            **no_buttons(name="German", status="active", rule=json.dumps(GERMAN)),
            **{"asset": push.pk, "variation": german.pk, "preview-version": german.pk},
        }

        def met(**state):
            answer = marketer.post(PREVIEW, {**page, **given(**state)}).json()
            return answer["variation"], answer["met"]

        assert met(language="de", vip="true") == ("German", "German")
        assert met(language="fr", vip="true") == ("German", "VIP")

    def test_an_external_id_that_somebody_has_brings_nothing_of_theirs(self, marketer, site, push):
        a_contact(site, external_id="customer-1", language="de", state={"vip": True})

        assert gets(marketer, push, external_id="customer-1") == DEFAULT
        found = seen(marketer, push, title="{{ state.external_id }}", **given(vip="true"))
        assert found["variation"] == "VIP"
        assert found["values"]["state"]["external_id"] == "customer-1"

    @pytest.mark.parametrize("text", ["\x00de", "de\ud800", "x" * 3_000, "[" * 2_000, "%s", "'"])
    def test_whatever_is_typed_is_answered(self, marketer, site, push, text):
        rules = [{"field": f"state.{name}", "op": "is_set", "value": True} for name in KNOWN]
        a_variation(push, "Any", {"any": rules})
        state = {**dict.fromkeys(KNOWN, text), text: text}

        found = seen(marketer, push, **given(**state))

        assert found["variation"] == "Any"


class TestWhatTheTableHolds:
    def test_what_rules_ask_is_in_it_empty_where_it_is_not_set(self, marketer, site, push):
        segment = a_segment(site, rule={"field": "state.orders", "op": "gte", "value": 3})
        a_variation(push, "Buyers", {"segment": segment.pk, "op": "in"})

        values = seen(marketer, push)["values"]["state"]

        assert values == {"first_name": "Anna", "language": "en", "vip": "", "orders": ""}

    def test_without_rules_it_holds_what_the_texts_name(self, marketer, site):
        found = seen(marketer, a_push(site), title="{{ state.first_name }}")

        assert (found["values"]["state"], found["lacks"]) == ({"first_name": "Anna"}, "")


class TestWhatItLacks:
    def test_it_is_said_where_rules_ask_for_it(self, marketer, site, push):
        assert seen(marketer, push)["lacks"] == ""
        browser = {"field": "device.browser", "op": "is", "value": "Firefox"}
        segment = a_segment(site, kind="imported")
        listed = {"segment": segment.pk, "op": "not_in"}
        a_variation(push, "Firefox", {"all": [listed, {"none": [browser]}]})

        found = seen(marketer, push)

        assert found["variation"] == "Firefox"
        assert found["lacks"] == (
            "Rules here ask for devices and imported segments: a made-up contact has none."
        )

    def test_of_somebody_stored_nothing_is_said(self, marketer, site, push):
        a_variation(push, "Firefox", {"field": "device.browser", "op": "is", "value": "Firefox"})

        found = seen(marketer, push, **{"preview-contact": a_contact(site).pk})

        assert found["lacks"] == ""


class TestWhatItLeaves:
    def rows(self):
        return [model.objects.count() for model in (Contact, Property, Event, AuditEntry)]

    def test_nothing_is_written_at_all(self, marketer, push, django_assert_max_num_queries):
        before = self.rows()

        with django_assert_max_num_queries(30) as asked:
            assert gets(marketer, push, vip="true", new_property="x") == "VIP"

        assert [
            query for query in asked.captured_queries if not query["sql"].startswith(READS)
        ] == []
        assert self.rows() == before

    def test_not_when_the_texts_cannot_be_filled_either(self, marketer, push):
        before = self.rows()

        found = seen(
            marketer, push, title="{{ 1 | divided_by: state.orders }}", **given(orders="0")
        )

        assert found["problem"].startswith("The texts cannot be filled for this contact: ")
        assert self.rows() == before

    @pytest.mark.django_db(transaction=True)
    def test_not_outside_of_a_transaction_either(self, marketer, push):
        before = self.rows()

        assert gets(marketer, push, vip="true") == "VIP"

        assert self.rows() == before

    def test_it_costs_the_same_for_one_variation_and_for_three(
        self, marketer, push, django_assert_max_num_queries, django_assert_num_queries
    ):
        push.variations.get(name="VIP").delete()
        with django_assert_max_num_queries(26) as first:
            seen(marketer, push, title="{{ label.bonus }}", **given(language="de"))
        for number in range(2):
            rule = {"all": [VIP, {"field": "state.orders", "op": "is", "value": number}]}
            a_variation(push, f"Other {number}", rule, content={"title": "{{ state.code }}"})
        with django_assert_num_queries(len(first)):
            seen(marketer, push, title="{{ label.bonus }}", **given(language="de"))

    def test_what_takes_too_long_is_said(self, marketer, push, monkeypatch):
        def too_slow(*args, **options):
            raise TooSlow

        monkeypatch.setattr(showing, "at_most", too_slow)

        found = seen(marketer, push, **given(vip="true"))

        assert found["problem"] == (
            "It takes too long to find out what a made-up contact meets: try once more."
        )
        assert "notification" not in found


class TestWhoMayAsk:
    def test_who_may_only_look_at_pushes_may(self, client, push):
        user = a_user()
        user.user_permissions.add(permission("assets.view_push"))
        client.force_login(user)

        answer = client.post(
            PREVIEW, {"asset": push.pk, "preview-stored": "yes", **given(vip="true")}
        ).json()

        assert (answer["variation"], answer["labels"]) == ("VIP", {"bonus": "Anna, 30 %"})
