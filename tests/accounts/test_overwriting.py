"""Two tabs, or two people, at one row."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Role, Site
from apps.assets import labels
from apps.assets.library import statuses
from apps.assets.models import Button, LabelTag, Push, Variation
from apps.segments.models import Segment
from tests.accounts.house import address, login
from tests.accounts.test_uniqueness import FORMS, NO_BUTTONS, NO_ORIGINS, SITE
from tests.factories import a_push, a_segment, a_site, a_user
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

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


@pytest.mark.django_db
class TestWhatIsSeenBesideTheColumns:
    def test_a_right_that_somebody_gave_to_a_role_is_not_taken_again(self, administrator):
        role = Role.objects.create(name="Editors")
        may_see, may_add = Permission.objects.order_by("pk")[:2]
        role.permissions.add(may_see)
        url = address(Role, "change", role)
        mine = opened(administrator, url)
        role.permissions.add(may_add)

        page = administrator.post(url, {"name": "Editors", "permissions": [may_see.pk], **mine})

        (said,) = words(page)
        assert ASKED in said
        assert set(role.permissions.all()) == {may_see, may_add}

    def test_a_label_that_somebody_gave_from_the_list_is_not_taken_again(self, administrator):
        push = a_push(a_site())
        url = address(Push, "change", push)
        tab = opened(administrator, url)
        labels.add([push], "Sale")
        sent = {**FORMS[Push][0], **NO_BUTTONS, **tab, "name": push.name}

        page = administrator.post(url, sent)

        assert page.status_code == 200
        assert ASKED in words(page)[0]
        assert [label.name for label in push.labels.all()] == ["Sale"]

    def test_a_value_of_a_label_tag_is_not_overwritten(self, administrator):
        tag = LabelTag.objects.create(site=a_site(), name="discount", value="5 %")
        value = tag.values.create(value="10 %")
        url = address(LabelTag, "change", tag)
        mine = opened(administrator, url)
        tag.values.update(value="15 %")
        row = {"id": value.pk, "label": tag.pk, "value": "20 %", "rule": "{}", "position": 0}
        counts = {"values-TOTAL_FORMS": "1", "values-INITIAL_FORMS": "1"}
        sent = {f"values-0-{name}": each for name, each in row.items()}

        page = administrator.post(
            url, {"name": "discount", "value": "5 %", **counts, **sent, **mine}
        )

        (said,) = words(page)
        assert ASKED in said
        assert tag.values.get().value == "15 %"

    def test_an_origin_that_was_merely_seen_again_is_no_change(self, administrator):
        site = a_site()
        origin = site.origins.get()
        url = address(Site, "change", site)
        mine = opened(administrator, url)
        site.origins.update(seen_at=timezone.now())
        row = {"id": origin.pk, "site": site.pk, "origin": origin.origin, "is_allowed": "on"}
        counts = {"origins-TOTAL_FORMS": "1", "origins-INITIAL_FORMS": "1"}
        sent = {f"origins-0-{name}": each for name, each in row.items()}

        answer = administrator.post(url, {**SITE, "name": "Renamed", **counts, **sent, **mine})

        assert answer.status_code == 302
        assert Site.objects.get(pk=site.pk).name == "Renamed"


@pytest.mark.django_db
class TestWhoIsNamed:
    def test_nobody_is_where_what_changed_the_row_was_no_page(self, administrator, superuser):
        push = a_push()
        url = address(Push, "change", push)
        administrator.post(url, {**FORMS[Push][0], "name": "spring"})
        mine = opened(administrator, url)
        statuses.archive(push, a_user("Marketer"))

        page = administrator.post(url, {**FORMS[Push][0], **mine, "name": "summer"})

        (said,) = words(page)
        assert said.startswith("This push was changed, after you had opened it.")
        assert superuser.username not in said

    def test_the_history_tells_nothing_of_what_was_seen(self, administrator):
        push = a_push()

        administrator.post(address(Push, "change", push), {**FORMS[Push][0], "name": "spring"})

        assert "seen" not in LogEntry.objects.get().get_change_message()


@pytest.mark.django_db
class TestARowOfAnInlineThatIsGone:
    def test_it_is_said_at_a_field_that_people_see(self, administrator):
        push = a_push()
        button = Button.objects.create(asset=push, label="Show me")
        row = {"id": button.pk, "asset": push.pk, "label": "Show more", "position": 0}
        sent = {f"buttons-0-{name}": value for name, value in row.items()}
        counts = {"buttons-TOTAL_FORMS": "1", "buttons-INITIAL_FORMS": "1"}
        button.delete()

        page = administrator.post(
            address(Push, "change", push), {**FORMS[Push][0], **counts, **sent, "name": "spring"}
        )

        (inline,) = page.context["inline_admin_formsets"]
        assert inline.formset.errors[0]["label"] == [
            "This row was deleted after you had opened the page, so it cannot be saved. Note what "
            "you want to keep of it, and open the page anew."
        ]
        assert inline.formset.forms[0]["label"].value() == "Show more"
        assert not push.buttons.exists()


@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestTwoAtTheSameInstant:
    @pytest.mark.parametrize("model", [Push, LabelTag], ids=lambda model: model._meta.model_name)
    def test_the_slower_waits_and_is_asked_then(self, client, model):
        make, sent = RENAMED[model]
        row = make(a_site())
        login(client, "superuser")
        url = address(model, "change", row)
        mine = {**(sent or FORMS[model][0]), **opened(client, url), "name": "summer"}
        pages = []

        with transaction.atomic():
            theirs = model.objects.get(pk=row.pk)
            theirs.name = "spring"
            theirs.save()
            other = Meanwhile(lambda: pages.append(client.post(url, mine)))
            wait_until_blocked()
        other.ends()

        (said,) = words(pages[0])
        assert ASKED in said
        assert model.objects.get(pk=row.pk).name == "spring"
