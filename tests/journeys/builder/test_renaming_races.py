"""Two journeys that are given one name at the same instant: on real threads."""

import pytest
from django.db import transaction
from django.test import Client

from apps.assets.models import Asset
from apps.journeys.models import Journey
from tests.journeys.builder.house import Builder, a_draft, errors
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]


class TestTheSlower:
    def test_is_told_at_the_field_that_the_name_is_taken(self):
        other, answers = a_draft(name="Other"), []
        builder = Builder(Client(), a_draft(other.site, name="Mine"))

        def rename():
            answers.append(builder.save_terms("general", name="Spring", category="operational"))

        with transaction.atomic():
            Journey.objects.filter(pk=other.pk).update(name="Spring")
            slower = Meanwhile(rename)
            wait_until_blocked()
        slower.ends()

        assert errors(answers[0]) == {"id_name": ["The site has a journey of this name already."]}
        mine = Journey.objects.get(pk=builder.journey.pk)
        assert (mine.name, mine.category) == ("Mine", "marketing")

    @pytest.mark.parametrize("start", ["empty", "win-back"])
    def test_is_told_so_of_a_new_one_too_and_nothing_is_made(self, start):
        other, answers = a_draft(name="Other"), []
        builder = Builder(Client(), other)
        values = {"start": start, "site": other.site_id, "name": "Spring"}

        def add():
            answers.append(builder.client.post("/admin/journeys/journey/add/", values))

        with transaction.atomic():
            Journey.objects.filter(pk=other.pk).update(name="Spring")
            slower = Meanwhile(add)
            wait_until_blocked()
        slower.ends()

        form = answers[0].context["form"]
        assert form.errors == {"name": ["The site has a journey of this name already."]}
        assert list(Journey.objects.values_list("name", flat=True)) == ["Spring"]
        assert not Asset.objects.exists()
