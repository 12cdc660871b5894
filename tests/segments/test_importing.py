import pytest
from django.core.exceptions import ValidationError

from apps.accounts.imports import running, steering
from apps.segments.importing import UNKNOWN
from apps.segments.models import Member, Segment
from tests.factories import a_contact, a_segment, a_site, an_import, brought_in, counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


def a_list(site, **values):
    return a_segment(site, kind="imported", **values)


def people(site, *names):
    return [a_contact(site, external_id=name) for name in names]


def ids(*names):
    return "external_id\n" + "".join(f"{name}\n" for name in names)


def on(segment):
    return sorted(segment.members.values_list("contact__external_id", flat=True))


class TestMembers:
    def test_it_lists_those_it_knows_and_tells_of_the_others(self):
        site = a_site()
        people(site, "anna", "ben")
        a_contact(external_id="chloe")

        import_ = brought_in(
            ids("anna", "chloe", "ben", "anna"), kind="members", site=site, new_segment="VIP"
        )

        assert on(Segment.objects.get(name="VIP")) == ["anna", "ben"]
        assert counts(import_) == {"created": 2, "updated": 0, "unchanged": 1, "broken": 1}
        assert list(import_.issues.values_list("row", "field", "message", "value")) == [
            (2, "external_id", UNKNOWN, "chloe")
        ]

    def test_it_adds_to_what_is_there(self):
        site = a_site()
        people(site, "anna", "ben")
        segment = a_list(site)
        values = {"kind": "members", "site": site, "segment": segment.pk}
        brought_in(ids("anna"), **values)

        brought_in(ids("ben"), **values)

        assert on(segment) == ["anna", "ben"]

    def test_it_replaces_the_list_at_the_end_and_no_sooner(self, monkeypatch):
        monkeypatch.setattr(running, "BATCH_ROWS", 2)
        site = a_site()
        people(site, "anna", "ben", "chloe", "dora", "emil")
        segment = a_list(site)
        values = {"kind": "members", "site": site, "segment": segment.pk}
        brought_in(ids("anna", "ben", "emil"), **values)
        import_ = an_import(ids("chloe", "ben", "dora"), **values, mode="replace")
        steering.run(import_)

        running.advance(import_.pk)
        half_way = on(segment)
        running.drain()

        import_.refresh_from_db()
        assert half_way == ["anna", "ben", "chloe", "emil"]
        assert on(segment) == ["ben", "chloe", "dora"]
        assert counts(import_) == {"created": 2, "updated": 0, "unchanged": 1, "broken": 0}
        assert import_.message == "2 who were not in the file have left the list."

    def test_it_replaces_nothing_when_only_checked(self):
        site = a_site()
        people(site, "anna", "ben")
        segment = a_list(site)
        values = {"kind": "members", "site": site, "segment": segment.pk}
        brought_in(ids("anna"), **values)
        import_ = an_import(ids("ben"), **values, mode="replace")

        steering.check(import_)
        running.drain()

        assert on(segment) == ["anna"]

    @pytest.mark.parametrize("mode", ["add", "replace"])
    def test_it_changes_nothing_the_second_time(self, mode):
        site = a_site()
        people(site, "anna", "ben")
        segment = a_list(site)
        values = {"kind": "members", "site": site, "segment": segment.pk, "mode": mode}
        brought_in(ids("anna", "ben"), **values)

        import_ = brought_in(ids("anna", "ben"), **values)

        assert counts(import_) == {"created": 0, "updated": 0, "unchanged": 2, "broken": 0}
        assert on(segment) == ["anna", "ben"]

    def test_it_fails_when_the_segment_is_gone(self):
        site = a_site()
        people(site, "anna")
        segment = a_list(site)
        import_ = an_import(ids("anna"), kind="members", site=site, segment=segment.pk)
        steering.run(import_)
        segment.delete()

        running.drain()

        import_.refresh_from_db()
        assert (import_.status, import_.message) == ("failed", "Its segment has been deleted.")
        assert not Member.objects.exists()

    @pytest.mark.parametrize(
        ("options", "at"),
        [
            ({}, "new_segment"),
            ({"new_segment": "Taken"}, "new_segment"),
            ({"new_segment": "x" * 151}, "new_segment"),
            ({"segment": "rule"}, "segment"),
            ({"segment": "0"}, "segment"),
            ({"segment": "²"}, "segment"),
        ],
    )
    def test_it_needs_an_imported_segment_of_the_site(self, options, at):
        site = a_site()
        rule = a_segment(site, name="Taken")
        if options.get("segment") == "rule":
            options = {"segment": str(rule.pk)}

        with pytest.raises(ValidationError) as refused:
            an_import(ids("anna"), kind="members", site=site, **options)

        assert list(refused.value.message_dict) == [at]
        assert Segment.objects.filter(kind="imported").count() == 0

    def test_a_new_segment_goes_with_the_import_that_never_ran(self):
        site = a_site()
        import_ = an_import(ids("anna"), kind="members", site=site, new_segment="VIP")

        steering.stop(import_)

        assert not Segment.objects.filter(name="VIP").exists()
