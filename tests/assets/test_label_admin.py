import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.assets.models import LabelTag
from tests.assets.labelled import a_form, page_of
from tests.assets.varied import FRENCH, GERMAN, GONE
from tests.factories import a_contact, a_site, a_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def label(site):
    return LabelTag.objects.create(site=site, name="bonus", value="5 %")


def stored(label):
    return list(label.values.values_list("value", "rule"))


class TestEditing:
    def test_values_are_kept_in_the_order_of_their_numbers(self, marketer, label):
        first = label.values.create(value="1 %", rule=GERMAN)

        answer = marketer.post(
            page_of(label),
            a_form(
                label, (first, "1 %", GERMAN, 2), (None, "2 %", FRENCH, 1), (None, "3 %", {}, "")
            ),
        )

        assert answer.status_code == 302
        assert stored(label) == [("2 %", FRENCH), ("1 %", GERMAN), ("3 %", {})]

    def test_what_is_wrong_is_said_next_to_the_field_and_nothing_is_lost(self, marketer, label):
        page = marketer.post(
            page_of(label),
            a_form(
                label,
                (None, "{{ state.nope }}", GONE, 0),
                (None, "{{ label.bonus }}", {}, 1),
                (None, "", GERMAN, 2),
            ),
        )

        formset = page.context["inline_admin_formsets"][0].formset
        assert [sorted(errors) for errors in formset.errors] == [
            ["rule", "value"],
            ["value"],
            ["value"],
        ]
        assert formset.forms[0]["value"].value() == "{{ state.nope }}"
        assert stored(label) == []

    def test_a_row_that_was_only_numbered_was_not_written(self, marketer, label):
        sent = a_form(label, (None, "", {}, 0), (None, "2 %", {}, 1))

        assert marketer.post(page_of(label), sent).status_code == 302
        assert stored(label) == [("2 %", {})]

    def test_a_row_that_was_dropped_is_not_sent(self, marketer, label):
        sent = a_form(label, (None, "1 %", {}, 0), (None, "2 %", {}, 1))
        for name in ("value", "rule", "position"):
            del sent[f"values-0-{name}"]

        assert marketer.post(page_of(label), sent).status_code == 302
        assert stored(label) == [("2 %", {})]

    def test_a_new_one_comes_with_its_values(self, marketer, site):
        new = LabelTag(site=site, name="new", value="0 %")

        marketer.post(
            "/admin/assets/labeltag/add/",
            a_form(new, (None, "1 %", GERMAN, 0), site=str(site.pk)),
        )

        assert stored(LabelTag.objects.get(name="new")) == [("1 %", GERMAN)]

    def test_there_are_not_too_many(self, marketer, label):
        values = [(None, "1 %", {}, number) for number in range(51)]

        page = marketer.post(page_of(label), a_form(label, *values))

        assert page.context["inline_admin_formsets"][0].formset.non_form_errors()
        assert stored(label) == []

    @pytest.mark.parametrize("role", ["Marketer", "Analyst"])
    def test_the_page_costs_the_same_with_one_value_and_with_three(self, client, label, role):
        client.force_login(a_user(role))

        def queries():
            with CaptureQueriesContext(connection) as captured:
                client.get(page_of(label))
            return len(captured)

        label.values.create(value="1 %", rule=GERMAN)
        queries()
        one = queries()
        label.values.create(value="2 %", rule=FRENCH)
        label.values.create(value="3 %", rule=GONE)

        assert queries() == one

    def test_an_analyst_reads_the_rules_in_words(self, client, label):
        client.force_login(a_user("Analyst"))
        label.values.create(value="1 %", rule=GERMAN)

        assert "Language is de" in client.get(page_of(label)).content.decode()
        assert client.post(page_of(label), a_form(label)).status_code == 403

    def test_it_names_the_values_that_nobody_reads(self, marketer, label):
        for place, (text, rule) in enumerate(
            [("1", GERMAN), ("2", GERMAN), ("3", GONE), ("4", {})]
        ):
            label.values.create(value=text, rule=rule, position=place)

        panels = marketer.get(page_of(label)).context["panels_above"]

        assert [panel.content["rows"] for panel in panels] == [
            [
                ["2", "“1” before it has the same rule."],
                ["3", "Broken: Nothing is known as “gone” here."],
            ]
        ]


class TestPreview:
    def asked(self, client, label, **query):
        return client.get(page_of(label, "preview"), query, headers=HTMX)

    def test_it_says_what_a_contact_reads(self, marketer, site, label):
        label.values.create(value="10 %", rule=GERMAN)
        a_contact(site, external_id="anna-1", language="de")

        page = self.asked(marketer, label, contact="anna-1").content.decode()

        assert '<blockquote class="said">10 %</blockquote>' in page
        assert "Because this is met:" in page

    def test_it_finds_a_visitor_by_number_and_offers_several(self, marketer, site, label):
        visitor = a_contact(site)
        a_contact(site, external_id="eva-1")
        eva = a_contact(site, external_id="eva-2")

        several = self.asked(marketer, label, contact="eva").context["found"]

        assert self.asked(marketer, label, contact=f"Visitor {visitor.pk}").context["contact"] == (
            visitor
        )
        assert [contact.external_id for contact in several] == ["eva-1", "eva-2"]
        assert self.asked(marketer, label, number=eva.pk).context["contact"] == eva

    def test_it_knows_nobody_of_another_site(self, marketer, label):
        stranger = a_contact(external_id="anna-1")

        assert "Nobody on" in self.asked(marketer, label, contact="anna-1").content.decode()
        assert self.asked(marketer, label, number=stranger.pk).status_code == 404

    def test_it_shows_what_is_written_as_text(self, marketer, site, label):
        a_contact(site, external_id="anna-1", state={"name": "<script>x</script>"})
        LabelTag.objects.update(value="{{ state.name }}")

        page = self.asked(marketer, label, contact="anna-1").content.decode()

        assert "<script>x" not in page
        assert "&lt;script&gt;x" in page

    def test_others_may_not(self, client, label):
        client.force_login(a_user())

        assert self.asked(client, label, contact="x").status_code == 403
