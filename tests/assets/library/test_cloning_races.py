"""Names of copies, and labels, that two make at the same instant."""

import pytest
from django.db import transaction

from apps.assets import labels, variations
from apps.assets.library import cloning
from apps.assets.models import AssetLabel, Push, Variation
from tests.factories import a_push, a_site
from tests.races import Meanwhile, on_postgresql, wait_until_blocked

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]


def meanwhile(take, act):
    """Do `act` while `take` is not committed yet; returns what `act` made."""
    made = []
    with transaction.atomic():
        take()
        other = Meanwhile(lambda: made.append(act()))
        wait_until_blocked()
    other.ends()
    return made[0]


class TestTwoClonesAtOnce:
    def test_the_slower_takes_the_next_free_name(self):
        push = a_push(name="Sale")

        made = meanwhile(
            lambda: cloning.clone(Push.objects.get(pk=push.pk), None),
            lambda: cloning.clone(Push.objects.get(pk=push.pk), None),
        )

        assert made.name == "Sale (copy 2)"
        assert made.revisions.count() == 1
        names = Push.objects.filter(name__startswith="Sale").order_by("pk")
        assert [each.name for each in names] == ["Sale", "Sale (copy)", "Sale (copy 2)"]


class TestDuplicatingAVariation:
    def test_it_takes_the_next_free_name_when_another_is_called_so_meanwhile(self):
        push = a_push()
        row = Variation.objects.create(asset=push, name="German")
        other = Variation.objects.create(asset=push, name="French", position=1)

        made = meanwhile(
            lambda: Variation.objects.filter(pk=other.pk).update(name="German (copy)"),
            lambda: variations.duplicate(Variation.objects.select_related("asset").get(pk=row.pk)),
        )

        assert made.name == "German (copy 2)"
        assert [each.name for each in variations.in_order(push)] == [
            *("German", "German (copy 2)", "German (copy)"),
        ]


class TestALabelThatTwoMakeAtOnce:
    def test_both_get_the_same_one(self):
        site = a_site()
        first = []

        found = meanwhile(
            lambda: first.extend(labels.named(site, ["Sale"])),
            lambda: labels.named(site, ["News", "Sale"]),
        )

        assert [label.name for label in found] == ["News", "Sale"]
        assert found[1] == first[0]
        assert AssetLabel.objects.filter(site=site).count() == 2
