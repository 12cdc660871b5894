"""A push that no browser can ever get: a draft at most, with words at the field."""

import pytest

from apps.assets import exchange, fitting, rendering
from apps.assets.models import Push
from apps.assets.previews import drafts
from tests.assets.full_assets import exported
from tests.assets.test_admin import a_form
from tests.assets.test_variation_pages import a_form as a_variation_form
from tests.assets.varied import a_button, a_variation, no_buttons, page_of, variation_page
from tests.factories import a_popup, a_push, a_site

pytestmark = pytest.mark.django_db

ADD = "/admin/assets/push/add/"
FULL = "漢" * 1_000
LONG, LONGER = "/" + "x" * 500, "/" + "x" * 900
# Together they are too large; without any of them the rest is not.
TOO_LARGE = {"message": FULL, "url": LONG, "icon": LONG}
TOLD = (
    "Too large for every browser: {:,} bytes at the least, with all left out that can be, and "
    "3,993 go into a push. Shorten the texts or addresses, or keep it a draft."
)


def problem_of(push):
    return fitting.problem(rendering.active(Push.objects.get(pk=push.pk)))


def size_of(push):
    """How many bytes the push has at the least."""
    source = rendering.active(Push.objects.get(pk=push.pk))
    shown = fitting.least(source.content, source.site)
    return fitting.payloads.fit(shown, **fitting.payloads.PLACEHOLDER).size


def a_button_form(**changes):
    sent = {"label": "Show me", "position": "0", **changes}
    names = {f"buttons-0-{name}": value for name, value in sent.items()}
    return no_buttons(**names, **{"buttons-TOTAL_FORMS": "1"})


class TestProblem:
    def test_it_says_how_many_bytes_there_are_at_the_least(self):
        push = a_push(**TOO_LARGE, data={"kept": "x" * 1_000}, image=LONG)

        assert size_of(push) == 4287
        assert problem_of(push) == TOLD.format(4287)

    def test_what_can_be_left_out_does_not_count(self):
        push = a_push(message="漢" * 900, image=LONG, badge=LONG, data={"kept": "x" * 1_900})

        assert problem_of(push) == ""

    @pytest.mark.parametrize("field", ["message", "url", "icon"])
    def test_what_has_tags_may_turn_out_short(self, field):
        push = a_push(**{**TOO_LARGE, field: f"{TOO_LARGE[field]}{{{{ event.x }}}}"})

        assert problem_of(push) == ""

    def test_it_names_the_active_variation(self):
        push = a_push(message=FULL)
        a_variation(push, "German", content={"url": LONG, "icon": LONG})
        a_variation(push, "Draft", content={"url": LONG, "icon": LONG}, status="draft")

        assert problem_of(push).startswith("Variation “German” is too large for every browser: 4,")

    def test_a_popup_has_no_such_bound(self):
        popup = a_popup(text="漢" * 1_000, image=f"https://shop.example{LONG}")

        assert fitting.problem(rendering.active(popup)) == ""


class TestSaving:
    def test_it_is_refused_as_active_and_kept_as_a_draft(self, marketer):
        site = a_site()
        form = a_form(site, **TOO_LARGE)

        page = marketer.post(ADD, form).context["adminform"].form
        assert not Push.objects.filter(name="Summer sale").exists()
        marketer.post(ADD, {**form, "status": "draft"})

        push = Push.objects.get(name="Summer sale")
        assert page.errors == {"message": [TOLD.format(size_of(push))]}
        assert page["message"].value() == FULL
        assert (push.status, push.message) == ("draft", FULL)

    def test_the_preview_goes_on_showing_what_was_written(self):
        push = a_push(message="Short")
        german = a_variation(a_push(message=FULL), content={})

        draft = drafts.read(Push, a_form(push.site, **TOO_LARGE), asset=push)
        varied = drafts.read_variation(german, a_variation_form(url=LONG, icon=LONG))

        assert {name: draft.source.content[name] for name in TOO_LARGE} == TOO_LARGE
        assert varied.source.versions[0].content == {"url": LONG, "icon": LONG}
        assert (draft.errors, varied.errors) == ({}, {})

    def test_buttons_that_make_it_too_large_are_told_so(self, marketer):
        push = a_push(a_site(), name="Summer sale", message="Short")
        form = a_form(push.site, message=FULL, **a_button_form(url=LONGER))

        page = marketer.post(page_of(push), form)

        (inline,) = page.context["inline_admin_formsets"]
        assert page.context["adminform"].form.errors == {}
        assert inline.formset.non_form_errors()[0].startswith("Too large for every browser: 4,")
        push.refresh_from_db()
        assert (push.message, push.buttons.count()) == ("Short", 0)

    def test_a_button_that_is_taken_away_does_not_count(self, marketer):
        push = a_push(a_site(), name="Summer sale", message=FULL)
        button = a_button(push, url=LONGER)
        form = a_button_form(url=LONGER, id=str(button.pk), DELETE="on")
        form["buttons-INITIAL_FORMS"] = "1"

        marketer.post(page_of(push), a_form(push.site, message=FULL, **form))

        assert push.buttons.count() == 0

    def test_a_variation_without_words_of_its_own_is_told_at_its_status(self, marketer):
        push = a_push(**TOO_LARGE)

        page = marketer.post(variation_page(a_variation(push, content={})), a_variation_form())

        assert list(page.context["adminform"].form.errors) == ["status"]

    def test_an_active_variation_is_refused_in_the_same_words(self, marketer):
        push = a_push(message=FULL)
        german = a_variation(push, content={})
        form = a_variation_form(url=LONG, icon=LONG)

        page = marketer.post(variation_page(german), form).context["adminform"].form
        german.refresh_from_db()
        assert german.content == {}
        marketer.post(variation_page(german), {**form, "status": "draft"})

        german.refresh_from_db()
        assert list(page.errors) == ["url"]
        assert page.errors["url"][0].startswith("Too large for every browser: 4,")
        assert german.content == {"url": LONG, "icon": LONG}

    def test_the_buttons_of_a_variation_count_too(self, marketer):
        german = a_variation(a_push(message=FULL), content={})
        form = a_variation_form(has_own_buttons="on", **a_button_form(url=LONGER))

        page = marketer.post(variation_page(german), form)

        (inline,) = page.context["inline_admin_formsets"]
        assert inline.formset.non_form_errors()[0].startswith("Too large for every browser: 4,")
        assert not german.buttons.exists()


class TestImporting:
    def test_it_comes_as_a_draft_whatever_its_file_says(self):
        a_push(site := a_site(), name="Large", **TOO_LARGE)
        a_push(site, name="Small")
        other = a_site()

        exchange.run(exported(site), other, None, keeps_status=True)

        rows = other.assets.non_polymorphic().filter(name__in=["Large", "Small"])
        assert dict(rows.values_list("name", "status")) == {"Large": "draft", "Small": "active"}
