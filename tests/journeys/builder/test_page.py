import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.journeys import lifecycle
from apps.journeys.models import CheckStep, Journey, Lead, PopupStep, PushStep
from tests.factories import a_live_journey, a_popup, a_push, an_onboarding
from tests.journeys.builder.house import Builder, a_draft, a_line

GERMAN = {"all": [{"field": "language", "op": "is", "value": "de"}]}
FRENCH = {"all": [{"field": "language", "op": "is", "value": "fr"}]}


def fill(journey, number):
    """So many steps of several kinds in one line."""
    popup, push = a_popup(journey.site), a_push(journey.site)
    last = None
    for place in range(number):
        position = journey.steps.count() + 1
        common = {"journey": journey, "name": f"Step {position}", "position": position}
        step = [
            lambda common=common: PopupStep.objects.create(popup=popup, **common),
            lambda common=common: PushStep.objects.create(push=push, **common),
            lambda common=common: CheckStep.objects.create(
                branches=[{"key": "yes", "name": "Yes", "rule": GERMAN}], **common
            ),
        ][place % 3]()
        if last:
            Lead.objects.create(step=last, outcome=last.outcomes[0][0], target=step)
        last = step


class TestPage:
    def test_it_shows_the_flow_first(self, builder):
        journey = an_onboarding()

        page = Builder(builder.client, journey).page().content.decode()

        assert "On the event session_started" in page
        assert "Push status of the last session is Ask" in page
        assert page.index("Shows “Soft onboarding”") < page.index("Sends “Welcome”")

    def test_it_invites_to_begin(self, builder):
        page = builder.page().content.decode()

        assert "Add the first step" in page
        assert "The journey has no steps yet." in page

    @pytest.mark.parametrize("address", ["change/", "flow/"])
    def test_it_costs_the_same_with_three_steps_and_with_thirty(self, builder, journey, address):
        fill(journey, 3)
        builder.get(address)
        with CaptureQueriesContext(connection) as three:
            builder.get(address)
        fill(journey, 27)
        with CaptureQueriesContext(connection) as thirty:
            assert builder.get(address).status_code == 200

        assert len(thirty) == len(three), "\n".join(query["sql"] for query in thirty)

    def test_it_shows_problems_on_the_card_and_in_the_toolbar(self, builder, journey):
        push = a_push(journey.site, name="Sale", status="draft")
        step = PushStep.objects.create(journey=journey, name="Send", push=push, position=1)

        page = builder.page()

        card = page.context["picture"].main.cards[0]
        assert card.problems == ["“Sale” is a draft; make it active first."]
        assert [(problem.message, where) for problem, where in page.context["problems"]] == [
            ("“Sale” is a draft; make it active first.", step)
        ]

    def test_a_check_says_what_it_asks(self, builder, journey):
        first = {"key": "a", "name": "German", "rule": GERMAN}
        second = {"key": "b", "name": "French", "rule": FRENCH}
        CheckStep.objects.create(journey=journey, name="One", position=1, branches=[first])
        CheckStep.objects.create(journey=journey, name="Two", position=2, branches=[first, second])

        picture = builder.page().context["picture"]

        one, two = picture.main.cards[0], picture.lost[0].cards[0]
        assert one.summary == "Language is de"
        assert two.summary == "German: Language is de; French: Language is fr"

    def test_it_shows_what_nobody_comes_to(self, builder, journey):
        a_line(journey, "One")
        a_line(journey, "Lost", "After it")

        picture = builder.page().context["picture"]

        assert [card.step.name for card in picture.main.cards] == ["One"]
        assert [[card.step.name for card in line.cards] for line in picture.lost] == [
            ["Lost", "After it"]
        ]

    def test_it_escapes_names(self, builder, journey):
        a_line(journey, "<script>alert(1)</script>")

        page = builder.page().content.decode()

        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_it_shows_numbers_once_it_was_published(self, client, db):
        builder = Builder(client, a_live_journey())

        card = builder.page().context["picture"].main.cards[0]

        assert card.is_counted
        # What the picture shows is not repeated beside it.
        assert builder.page().context["panels_above"] == []
        assert [way.is_counted for way in card.aside] == [True] * 6

    def test_it_is_not_written_to_by_sending_to_the_page(self, builder, journey):
        answer = builder.post("change/", name="Other")

        journey.refresh_from_db()
        assert (answer.status_code, journey.name) == (405, "Spring")


WRITING = [
    "flow/edit/undo/",
    "flow/edit/move/",
    "flow/step/aabbccddeeff/",
    "flow/terms/entry/",
    "publish/",
    "do/archive/",
]


@pytest.mark.django_db
class TestWhoMayWhat:
    def test_who_may_only_look_sees_the_picture_and_no_tools(self, client):
        journey = a_live_journey()
        builder = Builder(client, journey, "Analyst")

        page = builder.page().content.decode()

        assert "Shows “Soft onboarding”" in page
        assert "data-add" not in page
        assert "Publish" not in page

    def test_who_may_only_look_reads_the_forms(self, client):
        journey = a_live_journey()
        builder = Builder(client, journey, "Analyst")

        step = builder.get(f"flow/step/{journey.steps.first().key}/").content.decode()

        assert "<fieldset disabled>" in step
        assert builder.get("flow/terms/entry/").status_code == 200
        assert builder.get("flow/new/?kind=wait").status_code == 403
        assert builder.get("publish/").status_code == 403

    @pytest.mark.parametrize("address", WRITING)
    @pytest.mark.parametrize("role", ["Analyst", None])
    def test_who_may_not_write_is_refused(self, client, role, address):
        journey = a_live_journey()
        before = list(Journey.objects.values()), list(Lead.objects.values())
        if role:
            assert Builder(client, journey, role).post(address).status_code == 403
        else:
            url = f"/admin/journeys/journey/{journey.pk}/{address}"
            assert client.post(url).status_code == 302

        assert (list(Journey.objects.values()), list(Lead.objects.values())) == before

    def test_an_archived_one_can_be_looked_at_and_cloned_alone(self, client):
        journey = a_live_journey()
        lifecycle.archive(journey)
        builder = Builder(client, journey)

        page = builder.page().content.decode()

        assert "data-add" not in page
        assert [builder.post(address).status_code for address in WRITING] == [403] * len(WRITING)
        assert builder.post("clone/").status_code == 200
        assert Journey.objects.filter(name=f"{journey} (copy)", status="draft").count() == 1

    def test_it_asks_for_the_token(self, client):
        client.handler.enforce_csrf_checks = True
        builder = Builder(client, a_draft())

        assert builder.post("flow/edit/undo/").status_code == 403

    @pytest.mark.parametrize("number", ["999999", "9" * 30, "x", "1%00"])
    def test_a_journey_that_is_not_there_is_not_found(self, builder, number):
        url = f"/admin/journeys/journey/{number}/flow/"

        assert builder.client.get(url).status_code == 404
