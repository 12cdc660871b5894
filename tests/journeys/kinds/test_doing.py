import pytest
from django.utils import timezone

from apps.accounts import events
from apps.accounts.models import Event, EventName
from apps.journeys.models import TagStep, TrackStep
from tests.factories import a_contact, a_site
from tests.journeys.kinds.flows import (
    a_flow,
    an_update,
    arrive,
    enter,
    outcomes,
    queries_of,
    states,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


def a_track(event="level_up", **properties):
    return TrackStep(event=event, properties=properties)


class TestTrack:
    def test_it_tracks_for_each_contact(self, site):
        journey = a_flow(site, a_track(level="{{ state.level }}", said="Hi {{ state.name }}", n=1))
        people = [a_contact(site, state={"level": n, "name": f"N{n}"}) for n in (1, 2)]

        assert outcomes(enter(journey, people)) == ["done", "done"]

        found = [person.events.get(name__name="level_up").properties for person in people]
        assert found == [{"level": n, "said": f"Hi N{n}", "n": 1} for n in (1, 2)]

    def test_a_visit_tracks_once(self, site):
        rows = enter(a_flow(site, a_track()), [a_contact(site)])
        arrive(rows)
        arrive(rows)

        assert Event.objects.filter(name__name="level_up").count() == 1

    def test_each_visit_tracks(self, site):
        person = a_contact(site)
        journey = a_flow(site, a_track(), a_track())
        outcomes(enter(journey, [person, person]))

        assert person.events.filter(name__name="level_up").count() == 4

    def test_it_happens_at_the_moment_of_the_step(self, site):
        before = timezone.now()
        outcomes(enter(a_flow(site, a_track()), [a_contact(site)]))

        assert before <= Event.objects.get(name__name="level_up").at <= timezone.now()

    def test_one_whose_tags_cannot_be_filled_does_not_stop_the_others(self, site):
        people = [a_contact(site), a_contact(site, state={"level": 2})]
        journey = a_flow(site, a_track(level="{{ state.level }}"))

        assert outcomes(enter(journey, people)) == ["done, not_filled", "done"]
        assert [person.events.count() for person in people] == [0, 1]

    def test_it_tracks_no_more_than_an_event_may_hold(self, site):
        journey = a_flow(site, a_track(**{f"p{n}": "{{ event.long }}" for n in range(5)}))

        rows = enter(journey, [a_contact(site)], event={"long": "x" * 4_000})

        assert outcomes(rows) == ["done, too_large"]
        assert not Event.objects.filter(name__name="level_up").exists()

    def test_it_goes_on_where_the_site_has_no_room_for_the_name(self, site):
        EventName.objects.bulk_create(
            EventName(site=site, name=f"e{n}") for n in range(events.MAX_NAMES_PER_SITE)
        )
        journey = a_flow(site, a_track())

        assert outcomes(enter(journey, [a_contact(site)])) == ["done, too_many_names"]
        assert not Event.objects.filter(name__name="level_up").exists()

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(self, site, number):
        journey = a_flow(site, a_track(n="{{ state.n }}"))
        outcomes(enter(journey, [a_contact(site, state={"n": 1})]))
        rows = enter(journey, [a_contact(site, state={"n": 2}) for _ in range(number)])

        # Contacts; what was tracked before; the name; its properties; the events; who listens.
        assert queries_of(rows) == 6


class TestTag:
    def kept(self, site, source, *, event=None, **values):
        person = a_contact(site, **values)
        (row,) = enter(a_flow(site, TagStep(tag="it", source=source)), [person], event=event)
        (outcome,) = outcomes([row])
        row.refresh_from_db()
        return row.context.get("journey"), outcome

    @pytest.mark.parametrize("value", [12.5, 0, True, "x", ["a"], {"a": {"b": 1}}])
    def test_it_keeps_a_value_with_its_type(self, site, value):
        assert self.kept(site, "state.x", state={"x": value}) == ({"it": value}, "done")
        assert self.kept(site, "event.x", event={"x": value}) == ({"it": value}, "done")

    @pytest.mark.parametrize("source", ["state.x", "event.x", "event.x.y", "state.language.x"])
    def test_it_keeps_null_where_there_is_none(self, site, source):
        assert self.kept(site, source) == ({"it": None}, "done")

    def test_it_knows_what_the_house_knows(self, site):
        assert self.kept(site, "state.language", language="de") == ({"it": "de"}, "done")

    def test_it_reads_names_with_dots_and_names_within(self, site):
        state = {"a.b": 1, "c": {"d": 2}}

        assert self.kept(site, "state.a.b", state=state) == ({"it": 1}, "done")
        assert self.kept(site, "state.c.d", state=state) == ({"it": 2}, "done")

    def test_later_steps_can_name_it(self, site):
        person = a_contact(site, state={"level": 1})
        journey = a_flow(
            site,
            TagStep(tag="level", source="state.level"),
            an_update(("increment", "level", 1)),
            TagStep(tag="price", source="event.price"),
            an_update(("set", "said", "{{ journey.level }} for {{ journey.price }}")),
        )
        (row,) = enter(journey, [person], event={"price": 9.5})
        outcomes([row])

        assert states([person]) == [{"level": 2, "said": "1 for 9.5"}]
        row.refresh_from_db()
        assert row.context == {"event": {"price": 9.5}, "journey": {"level": 1, "price": 9.5}}

    def test_it_keeps_no_more_than_fits(self, site):
        found = self.kept(site, "state.x", state={"x": "x" * 5_000})

        assert found == (None, "done, too_large")

    def test_all_tags_together_are_bounded(self, site):
        person = a_contact(site, state={"x": "x" * 3_900})
        steps = [TagStep(tag=f"t{n}", source="state.x") for n in range(6)]
        (row,) = enter(a_flow(site, *steps), [person])
        outcomes([row])

        row.refresh_from_db()
        assert sorted(row.context["journey"]) == ["t0", "t1", "t2", "t3"]
        assert row.visits.last().detail == "too_large"

    @pytest.mark.parametrize("number", [1, 3])
    def test_it_needs_the_same_queries_for_any_number(self, site, number):
        journey = a_flow(site, TagStep(tag="it", source="state.x"))

        assert queries_of(enter(journey, [a_contact(site) for _ in range(number)])) == 1
