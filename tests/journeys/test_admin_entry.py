import pytest

from tests.factories import a_live_journey, a_user


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
