import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.assets import payloads, samples
from apps.assets.audience import Crowd
from apps.assets.models import Button, LabelTag, LabelValue
from tests.assets.test_audience import source_of
from tests.factories import a_contact, a_property, a_push, a_segment, a_site

pytestmark = pytest.mark.django_db

GERMAN = {"field": "language", "op": "is", "value": "de"}


def people(site, count, **values):
    return [a_contact(site, is_reachable=True, **values) for _ in range(count)]


def taken(push, segment=None, **options):
    return samples.take(source_of(push), Crowd.of(push.site, segment, **options))


def empty_in(sample):
    return {
        (place.field, place.version, tag.written): round(share, 3)
        for (place, tag), share in sample.empty.items()
    }


class TestBytes:
    def test_it_is_the_largest_of_real_messages(self):
        site = a_site()
        a_property(site, "first_name")
        people(site, 1, state={"first_name": "Al"})
        people(site, 1, state={"first_name": "Ælfgifu of Northampton"})
        push = a_push(site, title="Hello {{ state.first_name }}")

        sample = taken(push)

        size = payloads.measure(
            {
                "title": "Hello Ælfgifu of Northampton",
                "navigate": "https://shop.example/",
                "lang": "en",
            }
        )
        assert [(each.name, each.bytes, each.looked_at) for each in sample.versions] == [
            ("Default content", size, 2)
        ]
        assert sample.versions[0].level == "green"

    def test_each_variation_is_weighed_for_who_gets_it(self):
        site = a_site()
        people(site, 2, language="de")
        people(site, 3, language="en")
        push = a_push(site)
        push.variations.create(name="German", status="active", rule=GERMAN, content={"title": "a"})
        push.variations.create(name="Nobody", position=1, status="active", rule=GERMAN)

        sample = taken(push)

        assert [(each.name, each.contacts, each.looked_at) for each in sample.versions] == [
            ("German", 2, 2),
            ("Nobody", 0, 1),
            ("Default content", 3, 3),
        ]
        assert sample.is_exact

    def test_it_says_what_would_be_left_out_and_for_how_many(self):
        site = a_site()
        a_property(site, "text")
        people(site, 1, state={"text": "x" * 1900})
        people(site, 1, state={"text": "x"})
        push = a_push(
            site, message="{{ state.text }}", image=f"/{'i' * 900}", data={"a": "b" * 800}
        )
        Button.objects.create(asset=push, label="Go")

        weighed = taken(push).versions[0]

        assert (weighed.level, weighed.slimmed, weighed.too_large) == (
            "red",
            {"firefox_android": 1},
            0,
        )
        assert weighed.left_out == {"firefox_android": ("data", "image")}

    def test_it_says_for_whom_nothing_helps(self):
        site = a_site()
        a_property(site, "text")
        people(site, 1, state={"text": "x" * 5000})
        people(site, 3)

        weighed = taken(a_push(site, message="{{ state.text }}")).versions[0]

        assert (weighed.too_large, weighed.slimmed["all"]) == (1, 1)

    def test_where_nobody_is_it_is_filled_for_nobody(self):
        push = a_push(title="Hello {{ state.first_name }}")

        sample = taken(push)

        assert (sample.versions[0].contacts, sample.versions[0].looked_at) == (0, 1)
        assert sample.versions[0].bytes > 100
        assert (sample.empty, sample.broken) == ({}, {})


class TestEmptyTags:
    def test_it_says_for_how_many(self):
        site = a_site()
        people(site, 3, state={"first_name": "Anna", "vip": True})
        people(site, 1, state={"first_name": " "})
        push = a_push(
            site,
            title="{{ state.first_name }} {{ state.first_name | upcase }}",
            message="{{ state.vip | default: 'x' }} {{ state.vip | my friend }}",
            url="/{{ state.vip }}",
        )

        assert empty_in(taken(push)) == {
            ("title", "", "state.first_name"): 0.25,
            ("url", "", "state.vip"): 0.25,
        }

    def test_logic_is_taken_to_be_meant_and_events_come_later(self):
        site = a_site()
        people(site, 1)
        push = a_push(
            site,
            title="{% if state.a %}{{ state.a }}{% endif %} {{ event.product }} {{ journey.x }}",
        )

        assert empty_in(taken(push)) == {}

    def test_a_label_that_says_nothing_counts(self):
        site = a_site()
        label = LabelTag.objects.create(site=site, name="bonus", value="{{ state.bonus }}")
        LabelValue.objects.create(label=label, rule=GERMAN, value="20 %")
        people(site, 1, language="de")
        people(site, 1)

        found = taken(a_push(site, title="{{ label.bonus }}"))

        assert empty_in(found) == {("title", "", "label.bonus"): 0.5}

    def test_the_share_is_of_the_whole_segment(self):
        site = a_site()
        people(site, 1, language="de")
        people(site, 3, language="en")
        push = a_push(site, title="Hello")
        push.variations.create(
            name="German", status="active", rule=GERMAN, content={"title": "{{ state.a }}"}
        )

        assert empty_in(taken(push)) == {("variations", "German", "state.a"): 0.25}

    def test_a_tag_of_the_default_content_counts_in_every_variation_that_shows_it(self):
        site = a_site()
        people(site, 1, language="de")
        people(site, 1, language="en", state={"a": "b"})
        push = a_push(site, message="{{ state.a }}")
        push.variations.create(
            name="German", status="active", rule=GERMAN, content={"title": "Hallo"}
        )

        assert empty_in(taken(push)) == {("message", "", "state.a"): 0.5}

    def test_what_cannot_be_filled_is_told_apart(self):
        site = a_site()
        people(site, 1, state={"price": "much"})
        people(site, 1, state={"price": 0})
        push = a_push(site, title="{{ 10 | divided_by: state.price }}", message="Fine")

        sample = taken(push)

        assert {place.field: share for place, share in sample.broken.items()} == {"title": 1.0}
        assert sample.versions[0].not_filled == 2


class TestWho:
    def test_only_the_segment_and_only_who_can_be_reached(self):
        site = a_site()
        people(site, 2, language="de")
        people(site, 1, language="en")
        a_contact(site, language="de")
        segment = a_segment(site, rule=GERMAN)

        assert taken(a_push(site), segment).candidates == 2
        assert taken(a_push(site), segment, is_reachable=False).candidates == 3

    def test_no_more_than_enough_are_rendered(self, monkeypatch):
        monkeypatch.setattr(samples, "MOST", 2)
        site = a_site()
        people(site, 4)

        sample = taken(a_push(site))

        assert (sample.versions[0].contacts, sample.versions[0].looked_at) == (4, 2)
        assert not sample.is_exact

    def test_the_queries_do_not_grow_with_contacts_and_variations(self):
        site = a_site()
        label = LabelTag.objects.create(site=site, name="bonus", value="10 %")
        LabelValue.objects.create(label=label, rule=GERMAN, value="20 %")
        push = a_push(site, title="{{ label.bonus }}")
        counts = []
        for number in (1, 2):
            for each in range(number):
                people(site, 1, language="de")
                push.variations.create(
                    name=f"V{number}{each}", status="active", rule=GERMAN, content={"title": "x"}
                )
            source, crowd = source_of(push), Crowd.of(site)
            with CaptureQueriesContext(connection) as captured:
                samples.take(source, crowd)
            counts.append(len(captured))

        assert counts[0] == counts[1] <= 16
