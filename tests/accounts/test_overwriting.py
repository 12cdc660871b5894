"""Two tabs, or two people, at one row."""

import pytest

from apps.accounts.models import Site
from apps.assets.models import LabelTag, Push, Variation
from apps.segments.models import Segment
from tests.accounts.house import address, login
from tests.accounts.test_uniqueness import FORMS, NO_BUTTONS, NO_ORIGINS, SITE
from tests.factories import a_push, a_segment, a_site

ASKED = "after you had opened it. What you see here is yours and is not saved yet"
RENAMED = {
    Push: (lambda site: a_push(site), FORMS[Push][0]),
    Segment: (lambda site: a_segment(site), FORMS[Segment][0]),
    LabelTag: (lambda site: LabelTag.objects.create(site=site, name="b", value="5 %"), None),
    Site: (lambda site: site, {**SITE, **NO_ORIGINS}),
}
MODELS = pytest.mark.parametrize("model", RENAMED, ids=lambda model: model._meta.label_lower)


def opened(client, url):
    """Open the page in a tab; returns what the tab will send beside what is written in it."""
    form = client.get(url).context["adminform"].form
    return {"seen": form["seen"].value()}


def words(page):
    return page.context["adminform"].form.non_field_errors()


@pytest.mark.django_db
class TestTheSecondToSave:
    @pytest.fixture(params=RENAMED, ids=lambda model: model._meta.label_lower)
    def tabs(self, request, client):
        """Two tabs with the page of one row; returns how each is saved with a name, and the
        row's name as it is stored."""
        model = request.param
        make, sent = RENAMED[model]
        row = make(a_site())
        sent = FORMS[model][0] if sent is None else sent
        login(client, "superuser")
        url = address(model, "change", row)
        first, second = opened(client, url), opened(client, url)

        def save(tab, name):
            return client.post(url, {**sent, **tab, "name": name})

        return save, first, second, lambda: model.objects.get(pk=row.pk).name

    def test_it_is_asked_first_and_nothing_that_was_written_is_lost(self, tabs):
        save, first, second, name = tabs
        assert save(first, "spring").status_code == 302

        page = save(second, "summer")

        assert page.status_code == 200
        (said,) = words(page)
        assert "saved this" in said
        assert ASKED in said
        assert page.context["adminform"].form["name"].value() == "summer"
        assert name() == "spring"

    def test_it_replaces_what_is_stored_when_it_is_saved_again(self, tabs):
        save, first, second, name = tabs
        save(first, "spring")
        page = save(second, "summer")

        again = save({"seen": page.context["adminform"].form["seen"].value()}, "summer")

        assert again.status_code == 302
        assert name() == "summer"

    def test_it_is_not_asked_when_nobody_else_saved(self, tabs):
        save, first, _, name = tabs

        assert save(first, "spring").status_code == 302
        assert name() == "spring"


@pytest.mark.django_db
class TestWhatIsSeen:
    def test_the_page_carries_it(self, administrator):
        page = administrator.get(address(Push, "change", a_push())).content.decode()

        assert 'type="hidden" name="seen"' in page

    def test_a_new_row_has_nothing_to_overwrite(self, administrator):
        page = administrator.get(address(Push, "add", None))

        assert "seen" not in page.context["adminform"].form.fields

    def test_a_variation_that_somebody_gave_another_text_is_not_overwritten(self, administrator):
        push = a_push()
        german = Variation.objects.create(asset=push, name="German", content={"title": "Hallo"})
        url = address(Variation, "change", german)
        mine = opened(administrator, url)
        Variation.objects.filter(pk=german.pk).update(content={"title": "Servus"})
        sent = {"name": "German", "status": "draft", "rule": "", "title": "Moin", **NO_BUTTONS}

        page = administrator.post(url, {**sent, **mine})

        (said,) = words(page)
        assert said.startswith("This variation was changed, after you had opened it.")
        german.refresh_from_db()
        assert german.content == {"title": "Servus"}
