import pytest

from apps.journeys import lifecycle, moving_over, publishing
from apps.journeys.models import Journey
from tests.journeys.builder.house import Builder
from tests.journeys.builder.inside import a_published_line, stands, step_of


@pytest.fixture
def line(client, db):
    """Somebody at each of two steps of the first version; “Two” is gone from the draft."""
    builder = Builder(client, a_published_line("One", "Two", "Three"))
    builder.rows = [stands(step_of(builder.journey, name)) for name in ("One", "Two")]
    builder.edit("delete", key=builder.journey.steps.get(name="Two").key)
    return builder


def publish(builder):
    answer = builder.post("publish/")
    builder.journey = Journey.objects.get(pk=builder.journey.pk)
    return answer.headers["HX-Redirect"]


def places(builder):
    moving_over.drain(seconds=5)
    told = []
    for row in builder.rows:
        row.refresh_from_db()
        told.append((row.step.name, row.version.number, row.exit_reason))
    return told


class TestOffer:
    def test_publishing_asks_what_becomes_of_those_inside(self, line):
        assert publish(line) == f"{line.base}change/?ask=moving"

    def test_it_asks_nothing_when_nobody_is_inside(self, client, db):
        builder = Builder(client, a_published_line("One"))

        assert publish(builder) == f"{builder.base}change/"

    def test_it_says_how_many_stand_where(self, line):
        publish(line)

        dialog = line.get("moving/").content.decode()

        assert "<b>2</b> contacts are inside older versions" in dialog
        assert "<b>1</b> at “One”, version 1" in dialog
        assert "1 at “Two”" in dialog
        assert "They go to “Three”" in dialog

    def test_the_menu_offers_it_from_the_second_version_on(self, line):
        before = line.page().context["may_move"]
        publish(line)

        assert (before, line.page().context["may_move"]) == (False, True)

    def test_it_says_when_there_is_nobody(self, client, db):
        builder = Builder(client, a_published_line("One"))
        publish(builder)

        assert "Nobody is inside an older version" in builder.get("moving/").content.decode()


class TestMoving:
    def test_those_whose_step_is_gone_stay_unless_told(self, line):
        publish(line)

        answer = line.post("moving/", gone="stay")

        assert answer.headers["HX-Redirect"] == f"{line.base}change/"
        assert "They are being moved" in line.get("moving/").content.decode()
        assert places(line) == [("One", 2, ""), ("Two", 1, "")]

    def test_they_leave_when_told_so(self, line):
        publish(line)

        line.post("moving/", gone="leave")

        assert places(line) == [("One", 2, ""), ("Two", 1, "moved")]

    def test_they_go_to_the_step_that_was_chosen(self, line):
        two = step_of(line.journey, "Two").key
        publish(line)

        line.post("moving/", gone="leave", **{f"to_{two}": step_of(line.journey, "Three").key})

        assert places(line) == [("One", 2, ""), ("Three", 2, "")]

    def test_a_step_that_is_none_is_refused_and_changes_nothing(self, line):
        two = step_of(line.journey, "Two").key
        publish(line)

        line.post("moving/", gone="stay", **{f"to_{two}": "nowhere"})

        said = [str(message) for message in line.page().context["messages"]]
        assert "Choose a step of the live version." in said
        assert places(line) == [("One", 1, ""), ("Two", 1, "")]

    @pytest.mark.parametrize("name", ["\x00", "gone", "x" * 500])
    def test_what_is_no_step_is_nobodys_question(self, line, name):
        publish(line)
        three = step_of(line.journey, "Three").key

        line.post("moving/", gone="stay", **{f"to_{name}": three})

        asked = Journey.objects.get(pk=line.journey.pk).move_over
        assert asked == {"gone": "stay", "to": {}}


class TestWhoMay:
    def test_not_who_may_only_look(self, client, line):
        publish(line)
        analyst = Builder(client, line.journey, "Analyst")

        assert analyst.get("moving/").status_code == 403
        assert analyst.post("moving/", gone="leave").status_code == 403
        assert places(line) == [("One", 1, ""), ("Two", 1, "")]

    def test_nobody_where_it_does_not_fit(self, client, db):
        builder = Builder(client, a_published_line("One"))
        assert builder.get("moving/").status_code == 403

        publishing.publish(builder.journey)
        lifecycle.finish(builder.journey)
        assert builder.get("moving/").status_code == 403
