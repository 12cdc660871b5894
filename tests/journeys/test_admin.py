import json

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.journeys import publishing, templates
from apps.journeys.models import Journey, Lead, PopupStep, PushStep, WaitStep
from tests.factories import a_live_journey, a_popup, a_push, a_site, a_user

ASK = {"field": "push_status", "op": "is", "value": "ask"}


@pytest.fixture
def marketer(client, db):
    client.force_login(a_user("Marketer"))
    return client


def a_draft(site=None):
    return Journey.objects.create(site=site or a_site(), name="Draft")


def page_of(journey):
    return f"/admin/journeys/journey/{journey.pk}/change/"


def settings(journey, **changes):
    return {
        "name": journey.name,
        "category": "marketing",
        "entry_event": "session_started",
        "entry_rule": json.dumps(ASK),
        "reentry": "pause",
        "reentry_pauses": "3, 7, 30",
        **changes,
    }


def steps(*rows):
    """The form data of steps: each a model or a stored step, and the fields to send."""
    sent = {}
    for number, (step, fields) in enumerate(rows):
        stored = not isinstance(step, type)
        model = type(step) if stored else step
        kind = ContentType.objects.get_for_model(model, for_concrete_model=False)
        row = {"polymorphic_ctype": kind.pk, "id": step.pk if stored else "", **fields}
        sent |= {f"steps-{number}-{name}": value for name, value in row.items()}
    stored = [step for step, _ in rows if not isinstance(step, type)]
    return {"steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": len(stored), **sent}


def leads(journey):
    rows = Lead.objects.filter(step__journey=journey).order_by("step__position", "outcome")
    return [(lead.step.name, lead.outcome, lead.target.name) for lead in rows]


class TestSettings:
    def test_it_goes_on_to_the_steps_after_a_journey_is_created(self, marketer):
        site = a_site()
        new = Journey(site=site, name="Win back")

        answer = marketer.post(
            "/admin/journeys/journey/add/", settings(new, site=str(site.pk), reentry_pauses="5")
        )

        journey = Journey.objects.get(name="Win back")
        assert answer.url == page_of(journey)
        assert journey.entry_rule == ASK
        assert (journey.reentry, journey.reentry_pauses) == ("pause", [5])

    def test_it_refuses_a_rule_that_cannot_be_asked(self, marketer):
        journey, rule = a_draft(), json.dumps({**ASK, "field": "state.gone"})
        page = marketer.post(page_of(journey), settings(journey, entry_rule=rule) | steps())

        errors = page.context["adminform"].form.errors
        assert errors == {"entry_rule": ["Nothing is known as “gone” here."]}

    @pytest.mark.parametrize("pauses", ["", "soon", "3, -1", "0", "3.5"])
    def test_it_refuses_pauses_that_are_no_days(self, marketer, pauses):
        journey = a_draft()

        page = marketer.post(page_of(journey), settings(journey, reentry_pauses=pauses) | steps())

        assert list(page.context["adminform"].form.errors) == ["reentry_pauses"]
        journey.refresh_from_db()
        assert journey.reentry_pauses == [3, 7, 30]


class TestSteps:
    def test_it_leads_to_the_next_step_and_to_the_end(self, marketer):
        journey = a_draft()
        popup, push = a_popup(journey.site), a_push(journey.site)
        rows = steps(
            (PopupStep, {"popup": popup.pk, "name": "Ask", "lead_allowed": "next"}),
            (WaitStep, {"amount": 3, "unit": "days", "lead_done": "next"}),
            (PushStep, {"push": push.pk, "lead_sent": "next"}),
        )

        marketer.post(page_of(journey), settings(journey) | rows)

        assert list(journey.steps.values_list("name", "position")) == [
            ("Ask", 1),
            ("Wait 3 days", 2),
            (push.name, 3),
        ]
        assert leads(journey) == [
            ("Ask", "allowed", "Wait 3 days"),
            ("Wait 3 days", "done", push.name),
        ]

    def test_it_orders_by_position_before_it_resolves_the_next_step(self, marketer):
        journey = a_draft()
        rows = steps(
            (WaitStep, {"amount": 1, "unit": "days", "position": 20, "lead_done": ""}),
            (WaitStep, {"amount": 2, "unit": "days", "position": 10, "lead_done": "next"}),
        )

        marketer.post(page_of(journey), settings(journey) | rows)

        assert leads(journey) == [("Wait 2 days", "done", "Wait 1 days")]

    def test_it_leads_to_a_step_that_was_chosen(self, marketer):
        journey = Journey.objects.get(site=a_site(), name=templates.ASK_FOR_PERMISSION)
        ask, welcome = journey.steps.all()
        rows = steps(
            (ask, {"popup": ask.popup_id, "position": 1, "lead_declined": welcome.pk}),
            (welcome, {"push": welcome.push_id, "position": 2, "lead_unreachable": ask.pk}),
        )

        marketer.post(page_of(journey), settings(journey) | rows)

        assert [(lead.outcome, lead.target_id) for lead in Lead.objects.order_by("step")] == [
            ("declined", welcome.pk),
            ("unreachable", ask.pk),
        ]

    def test_it_shows_where_the_outcomes_lead(self, marketer):
        journey = Journey.objects.get(site=a_site(), name=templates.ASK_FOR_PERMISSION)

        page = marketer.get(page_of(journey))

        ask, welcome = page.context["inline_admin_formsets"][0].formset.initial_forms
        assert (ask.initial["lead_allowed"], ask.initial["lead_closed"]) == ("next", "")
        assert ask.fields["lead_allowed"].choices == [
            ("", "End of the journey"),
            ("next", "Next step"),
            (str(welcome.instance.pk), "Welcome"),
        ]

    def test_it_refuses_to_lead_to_a_step_that_is_being_removed(self, marketer):
        journey = Journey.objects.get(site=a_site(), name=templates.ASK_FOR_PERMISSION)
        ask, welcome = journey.steps.all()
        rows = steps(
            (ask, {"popup": ask.popup_id, "lead_declined": welcome.pk}),
            (welcome, {"push": welcome.push_id, "DELETE": "on"}),
        )

        page = marketer.post(page_of(journey), settings(journey) | rows)

        formset = page.context["inline_admin_formsets"][0].formset
        assert formset.errors[0] == {
            "lead_declined": ["“Welcome” is being removed; choose another step."]
        }
        assert journey.steps.count() == 2

    def test_it_offers_the_assets_of_the_site_alone(self, marketer):
        journey, stranger = a_draft(), a_push()
        rows = steps((PushStep, {"push": stranger.pk, "lead_sent": ""}))

        page = marketer.post(page_of(journey), settings(journey) | rows)

        assert page.status_code == 200
        assert not journey.steps.exists()

    def test_it_costs_the_same_with_one_step_and_with_three(self, marketer):
        journey = a_draft()
        WaitStep.objects.create(journey=journey, name="1", position=1)
        marketer.get(page_of(journey))

        with CaptureQueriesContext(connection) as one:
            marketer.get(page_of(journey))
        WaitStep.objects.create(journey=journey, name="2", position=2)
        WaitStep.objects.create(journey=journey, name="3", position=3)
        with CaptureQueriesContext(connection) as three:
            marketer.get(page_of(journey))

        assert len(three) == len(one)


@pytest.mark.django_db
class TestActions:
    def do(self, client, journey, verb):
        url = f"/admin/journeys/journey/{journey.pk}/{verb}/"
        return client.post(url, {"_form_submitted": "true"})

    def says(self, client, journey):
        page = client.get(page_of(journey))
        return [str(message) for message in page.context["messages"]]

    def test_it_asks_before_it_publishes(self, marketer):
        journey = Journey.objects.get(site=a_site(), name=templates.ASK_FOR_PERMISSION)

        page = marketer.get(f"/admin/journeys/journey/{journey.pk}/publish/")

        journey.refresh_from_db()
        assert "Publish this journey?" in page.content.decode()
        assert journey.status == Journey.Status.DRAFT

    def test_it_publishes(self, marketer):
        journey = Journey.objects.get(site=a_site(), name=templates.ASK_FOR_PERMISSION)

        answer = self.do(marketer, journey, "publish")

        journey.refresh_from_db()
        assert answer.headers["HX-Redirect"] == page_of(journey)
        assert (journey.status, journey.live_version.number) == ("active", 1)
        assert self.says(marketer, journey) == ["“Ask for push permission” is published."]

    def test_it_says_every_problem_and_publishes_nothing(self, marketer):
        journey = a_draft()
        steps = []
        for name in ("Sale", "News"):
            push = a_push(journey.site, name=name, status="draft")
            step = PushStep.objects.create(journey=journey, name=f"Send {name}", push=push)
            steps.append(step)
        Lead.objects.create(step=steps[0], outcome="sent", target=steps[1])

        self.do(marketer, journey, "publish")

        assert self.says(marketer, journey) == [
            "Step “Send Sale”: “Sale” is draft; make it active first.",
            "Step “Send News”: “News” is draft; make it active first.",
        ]
        assert not journey.versions.exists()

    def test_it_pauses_resumes_and_archives(self, marketer):
        journey = a_live_journey()
        statuses = []

        for verb in ("pause", "resume", "archive"):
            self.do(marketer, journey, verb)
            journey.refresh_from_db()
            statuses.append(journey.status)

        assert statuses == ["paused", "active", "archived"]

    def test_it_offers_only_what_the_status_allows(self, marketer):
        journey = a_live_journey()

        page = marketer.get(page_of(journey))

        offered = [str(action["title"]) for action in page.context["actions_detail"]]
        assert offered == ["Publish", "Pause", "Archive"]
        assert self.do(marketer, journey, "resume").status_code == 403

    def test_it_is_not_for_those_who_only_look(self, client):
        journey = a_live_journey()
        client.force_login(a_user("Analyst"))

        answer = self.do(client, journey, "pause")

        journey.refresh_from_db()
        assert (answer.status_code, journey.status) == (403, "active")


class TestDeleting:
    def test_it_deletes_a_draft_with_its_steps(self, marketer):
        journey = Journey.objects.get(site=a_site(), name=templates.ASK_FOR_PERMISSION)

        marketer.post(f"/admin/journeys/journey/{journey.pk}/delete/", {"post": "yes"})

        assert not Journey.objects.exists()

    def test_it_refuses_what_was_published(self, marketer):
        journey = a_live_journey()

        answer = marketer.post(f"/admin/journeys/journey/{journey.pk}/delete/", {"post": "yes"})

        assert answer.status_code == 403
        assert Journey.objects.filter(pk=journey.pk).exists()

    def test_it_leaves_an_archived_one_as_it_is(self, marketer):
        journey = a_live_journey()
        publishing.archive(journey)

        answer = marketer.post(page_of(journey), settings(journey, name="Other") | steps())

        journey.refresh_from_db()
        assert (answer.status_code, journey.name) == (403, templates.ASK_FOR_PERMISSION)


class TestNumbers:
    def test_it_shows_the_numbers_of_each_step(self, marketer):
        journey = a_live_journey()

        page = marketer.get(page_of(journey))

        assert page.context["panels_above"][0].content["rows"] == [
            ["Ask", "Popup", 0, 0, "–"],
            ["Welcome", "Push", 0, 0, "–"],
        ]
