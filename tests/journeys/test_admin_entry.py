import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Property
from apps.journeys.models import Journey
from tests.factories import a_live_journey, a_segment, a_site, a_user

LIST = "/admin/journeys/journey/"
GONE = {"all": [{"field": "state.gone", "op": "is", "value": "x"}]}


def broken_live(site=None, **changes):
    journey = a_live_journey(site)
    type(journey.live_version).objects.filter(journey=journey).update(entry_rule=GONE)
    Journey.objects.filter(pk=journey.pk).update(**changes)
    return journey


def a_draft(site=None, rule=GONE, **values):
    return Journey.objects.create(
        site=site or a_site(), entry_rule=rule, **{"name": "Draft", **values}
    )


def page_of(client, role, journey):
    client.force_login(a_user(role))
    return client.get(f"/admin/journeys/journey/{journey.pk}/change/")


@pytest.mark.django_db
class TestBrokenEntry:
    def test_it_says_that_nobody_enters_and_why(self, client):
        journey = a_live_journey()
        gone = {"all": [{"field": "state.gone", "op": "is", "value": "x"}]}
        journey.live_version.entry_rule = gone
        journey.live_version.save()

        page = page_of(client, "Marketer", journey)

        panel = page.context["panels_above"][0]
        assert panel.title == "Nobody enters"
        assert panel.content["reasons"] == ["Nothing is known as “gone” here."]

    def test_it_says_the_rule_in_words_to_those_who_only_look(self, client):
        page = page_of(client, "Analyst", a_live_journey())

        assert "Push status of the last session is Ask" in page.content.decode()


@pytest.mark.django_db
class TestList:
    @pytest.fixture
    def marketer(self, client):
        client.force_login(a_user("Marketer"))
        return client

    def broken(self, client, query=""):
        """Each row's name, and why it is shown as broken."""
        page = client.get(LIST + query)
        shown = page.content.decode()
        rows = page.context["cl"].result_list
        assert all(row.broken in shown for row in rows)
        return {row.name: row.broken for row in rows}, shown.count("Broken\n")

    def test_it_tells_the_broken_from_the_others(self, marketer):
        live = broken_live()
        draft = a_draft(live.site)
        a_draft(live.site, {}, name="Everybody")

        found, labels = self.broken(marketer)

        why = "Nothing is known as “gone” here."
        assert found == {live.name: why, draft.name: why, "Everybody": ""}
        assert labels == 2

    @pytest.mark.parametrize(("role", "is_led"), [("Marketer", True), (None, False)])
    def test_each_row_leads_to_who_is_in_it_and_why(self, client, role, is_led):
        journey = a_draft(a_site(), {})
        user = a_user(role or "")
        if not role:
            user.user_permissions.add(Permission.objects.get(codename="view_journey"))
        client.force_login(user)

        page = client.get(LIST).content.decode()

        assert (f'href="{reverse("journeys_why", args=[journey.pk])}"' in page) is is_led

    def test_it_goes_by_the_live_entry_and_not_by_what_is_written(self, marketer):
        broken_live(entry_rule={})
        fine = a_live_journey()
        Journey.objects.filter(pk=fine.pk).update(entry_rule=GONE, name="Fine")

        found, labels = self.broken(marketer)

        assert (found["Fine"], labels) == ("", 1)

    @pytest.mark.parametrize(
        ("status", "labels"), [("paused", 1), ("finished", 0), ("archived", 0)]
    )
    def test_it_says_nothing_of_those_that_are_over(self, marketer, status, labels):
        broken_live(status=status)

        assert self.broken(marketer)[1] == labels

    def test_it_sees_through_segments(self, marketer):
        vip = a_segment(name="VIP", rule=GONE)
        a_draft(vip.site, {"all": [{"segment": vip.pk, "op": "in"}]})

        found, _ = self.broken(marketer)

        assert found["Draft"] == "The segment “VIP” is broken: Nothing is known as “gone” here."

    def test_it_knows_what_each_site_knows(self, marketer):
        first, second = a_draft(), a_draft(name="Other")
        Property.objects.create(site=first.site, name="gone", type="text")

        found, labels = self.broken(marketer)

        assert (bool(found["Draft"]), bool(found["Other"]), labels) == (False, True, 1)
        assert second.site != first.site

    def test_it_can_be_narrowed_to_them(self, marketer):
        live = broken_live()
        a_draft(live.site, {}, name="Everybody")

        found, labels = self.broken(marketer, "?entry=broken")

        assert (list(found), labels) == ([live.name], 1)

    @pytest.mark.parametrize("query", ["", "?entry=broken"])
    def test_it_costs_the_same_with_one_row_and_with_three(self, marketer, query):
        broken_live()
        costs = []
        for _ in range(2):
            marketer.get(LIST + query)
            with CaptureQueriesContext(connection) as queries:
                self.broken(marketer, query)
            costs.append(len(queries))
            broken_live()
            broken_live()

        assert costs[0] == costs[1]
