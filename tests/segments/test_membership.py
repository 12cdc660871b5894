import pytest
from django.db import connection

from apps.accounts import contacts
from apps.accounts.models import Contact, Event
from apps.devices.models import Device
from apps.segments import catalogue, membership, rules
from apps.segments.models import Member
from tests.factories import a_contact, a_segment, a_site, an_event
from tests.segments.contexts import did, field, in_segment, last

pytestmark = pytest.mark.django_db

GERMAN = field("language", "is", "de")


@pytest.fixture
def site():
    return a_site()


def names(found):
    return set(found.values_list("external_id", flat=True))


class TestMatching:
    def test_it_finds_who_meets_the_rule_now(self, site):
        anna = a_contact(site, external_id="anna", language="de")
        a_contact(site, external_id="ben", language="fr")
        context = catalogue.of_site(site)
        assert names(membership.matching(GERMAN, context)) == {"anna"}

        Contact.objects.filter(pk=anna.pk).update(language="fr")

        assert names(membership.matching(GERMAN, context)) == set()

    def test_it_finds_nobody_of_another_site(self, site):
        other = a_site()
        stranger = a_contact(other, external_id="stranger", language="de")
        an_event(stranger, "purchase")
        a_contact(site, external_id="ben", language="fr")
        an_event(a_contact(site, external_id="carl"), "purchase")
        context = catalogue.of_site(site)

        assert names(membership.matching({}, context)) == {"ben", "carl"}
        assert names(membership.matching(did(), context)) == {"carl"}
        assert names(membership.matching({"none": [GERMAN]}, context)) == {"ben", "carl"}
        assert names(membership.matching(GERMAN, context, among=[stranger.pk])) == set()

    def test_it_knows_no_segment_of_another_site(self, site):
        theirs = a_segment(a_site(), rule=GERMAN)

        with pytest.raises(rules.Broken, match="does not exist any more"):
            membership.matching(in_segment(theirs.pk), catalogue.of_site(site))

    def test_it_goes_by_lists_and_by_archived_segments_too(self, site):
        anna, ben = (a_contact(site, external_id=name) for name in ("anna", "ben"))
        listed = a_segment(site, kind="imported", status="archived")
        Member.objects.create(segment=listed, contact=anna)
        both = a_segment(site, rule={"none": [in_segment(listed.pk)]}, status="archived")
        context = catalogue.of_site(site)

        assert names(membership.matching(in_segment(listed.pk), context)) == {"anna"}
        assert names(membership.matching(in_segment(both.pk), context)) == {"ben"}
        assert names(membership.matching(in_segment(both.pk, "not_in"), context)) == {"anna"}
        assert names(membership.matching({}, context, among=[ben.pk])) == {"ben"}

    @pytest.mark.parametrize("among", [[], Contact.objects.none()])
    def test_it_finds_nobody_among_nobody(self, site, among):
        an_event(a_contact(site), "purchase")
        context = catalogue.of_site(site)

        for rule in (
            {},
            did(),
            {"none": [did()]},
            {"any": [did(op="gte", value=2), {"none": [GERMAN]}]},
        ):
            assert not membership.matching(rule, context, among=among).exists()

    def test_it_is_one_query_whatever_the_rule(self, site, django_assert_num_queries):
        an_event(a_contact(site, language="de"), "purchase", price=5)
        inner = a_segment(site, rule={"any": [did(op="gte", value=2), GERMAN]})
        rule = {"all": [GERMAN, in_segment(inner.pk), {"none": [did(op="gt", value=5)]}]}
        context = catalogue.of_site(site)

        with django_assert_num_queries(1):
            assert len(membership.matching(rule, context)) == 1

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="reads PostgreSQL's plans")
    @pytest.mark.parametrize("rule", [did(when=last(30)), did(op="gte", value=3, when=last(30))])
    def test_it_reads_no_events_but_those_of_who_is_asked_about(self, site, rule):
        crowd = Contact.objects.bulk_create(Contact(site=site) for _ in range(500))
        name = an_event(crowd[0], "purchase").name
        Event.objects.bulk_create(
            Event(contact=contact, name=name) for contact in crowd for _ in range(20)
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE accounts_event; ANALYZE accounts_contact")
        context = catalogue.of_site(site)

        for asked in (rule, {"none": [rule]}, {"any": [rule, GERMAN]}):
            found = membership.matching(asked, context, among=[crowd[7].pk])
            plan = found.order_by().explain()
            assert "Seq Scan on accounts_event" not in plan, plan
            assert "event_of_name" not in plan, plan

    def test_it_finds_a_number_in_a_list_by_how_it_is_written(self, site):
        for name, likes in (("anna", [5, "x"]), ("ben", ["5"]), ("carl", [2.5]), ("dora", [55])):
            contacts.update_state(a_contact(site, external_id=name), {"likes": likes})
        a_contact(site, external_id="eva", state={"likes": 5})
        context = catalogue.of_site(site)

        def found(op, value):
            return names(membership.matching(field("state.likes", op, value), context))

        assert found("has", "5") == {"anna", "ben"}
        assert found("has_any", ["2.5", "x"]) == {"anna", "carl"}
        assert found("has_none", ["5", "2.5"]) == {"dora", "eva"}

    def test_it_finds_who_has_no_device_by_its_form_factor(self, site):
        a_contact(site, external_id="anna")
        ben = a_contact(site, external_id="ben")
        Device.objects.create(contact=ben)
        context = catalogue.of_site(site)

        def found(value):
            return names(membership.matching(field("device.form_factor", "is_set", value), context))

        assert (found(True), found(False)) == ({"ben"}, {"anna"})


class TestRuleOf:
    def test_it_is_the_rule_or_the_list(self, site):
        listed = a_segment(site, kind="imported", rule=GERMAN)

        assert membership.rule_of(a_segment(site, rule=GERMAN)) == GERMAN
        assert membership.rule_of(listed) == {"segment": listed.pk, "op": "in"}
