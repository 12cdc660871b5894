import pytest

from apps.assets import label_tags, label_uses
from apps.assets.models import LabelTag
from tests.assets.labelled import a_form, page_of
from tests.assets.varied import FRENCH, GERMAN, GONE, a_button, a_variation
from tests.factories import a_contact, a_popup, a_push, a_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def label(site):
    return LabelTag.objects.create(site=site, name="bonus", value="5 %")


class TestUses:
    def test_it_finds_every_field_of_every_content(self, site, label):
        push = a_push(site, name="A", title="{{ label.bonus }}", url="/{{ label.bonus | raw }}")
        german = a_variation(push, content={"message": "{{ label.bonus }}", "data": {"a": 1}})
        a_button(push, german, "{{ label.bonus }}")
        a_button(push, None, "Yes", url="/x?{{ label.bonus }}")
        popup = a_popup(site, name="B", text="{{ label[state.x] }}")
        a_popup(site, title="{{ label.other }} label.bonus")
        a_push(a_site(), title="{{ label.bonus }}")

        found = [
            (use.asset, use.variation, use.field, use.is_certain) for use in label_uses.of(label)
        ]

        assert found == [
            (push, None, "title", True),
            (push, None, "click address", True),
            (push, german, "message", True),
            (push, german, "label of the button “{{ label.bonus }}”", True),
            (push, None, "address of the button “Yes”", True),
            (popup, None, "text", False),
        ]

    def test_it_costs_the_same_with_one_asset_and_with_three(
        self, site, label, django_assert_num_queries
    ):
        for _ in range(3):
            a_variation(a_push(site, title="{{ label.bonus }}"))
            a_popup(site, title="{{ label.bonus }}")
            with django_assert_num_queries(4):
                label_uses.of(label)

    def test_one_in_use_is_not_deleted(self, marketer, site, label):
        push = a_push(site, name="Sale", title="{{ label.bonus }}")
        german = a_variation(push, content={"message": "{{ label.bonus }}"})

        page = marketer.post(page_of(label, "delete"), {"post": "yes"})

        sale = f'<a class="text-link" href="/admin/assets/push/{push.pk}/change/">Sale</a>'
        of = f'<a class="text-link" href="/admin/assets/variation/{german.pk}/change/">German</a>'
        assert [str(reason) for reason in page.context["protected"]] == [
            f"“bonus” is used by the push {sale} (title), the push {sale} (message, {of})"
        ]
        assert "archive it instead" not in page.content.decode()
        assert LabelTag.objects.filter(pk=label.pk).exists()

    def test_one_that_is_not_used_is_deleted(self, marketer, label):
        marketer.post(page_of(label, "delete"), {"post": "yes"})

        assert not LabelTag.objects.filter(pk=label.pk).exists()

    def test_one_in_use_keeps_its_name(self, marketer, site, label):
        a_push(site, name="Sale", title="{{ label.bonus }}")

        page = marketer.post(page_of(label), a_form(label, name="discount"))

        assert page.context["adminform"].form.errors == {
            "name": [
                "{{ label.bonus }} is written in “Sale”. Make another label tag, write that one "
                "there, then delete this one."
            ]
        }
        label.refresh_from_db()
        assert label.name == "bonus"

    def test_one_that_is_not_used_is_renamed(self, marketer, label):
        marketer.post(page_of(label), a_form(label, name="discount"))

        label.refresh_from_db()
        assert label.name == "discount"

    def test_the_page_says_where(self, marketer, site, label):
        a_push(site, name="Sale", title="{{ label.bonus }}")

        panels = {p.title: p.content for p in marketer.get(page_of(label)).context["panels_below"]}

        (row,) = panels["Used in"]["rows"]
        assert (row[0], row[2], row[3]) == ("Push", "Default", "Title")


class TestSaid:
    def test_the_first_that_is_met_is_filled_and_explained(self, site, label):
        label.values.create(value="broken", rule=GONE)
        label.values.create(value="French", rule=FRENCH, position=1)
        label.values.create(value="Hallo {{ state.name }}", rule=GERMAN, position=2)
        label.values.create(value="All", rule={}, position=3)

        said = label_tags.said(label, a_contact(site, language="de", state={"name": "Eva"}))

        assert (said.text, said.written) == ("Hallo Eva", "Hallo {{ state.name }}")
        assert (said.value.words, said.answer.is_met) == ("Language is de", True)
        assert [(each.words, each.problem) for each in said.passed] == [
            ("gone is x", "Nothing is known as “gone” here."),
            ("Language is fr", ""),
        ]

    def test_who_meets_none_reads_the_default(self, site, label):
        label.values.create(value="French", rule=FRENCH)

        said = label_tags.said(label, a_contact(site, language="de"))

        assert (said.text, said.value, len(said.passed)) == ("5 %", None, 1)
