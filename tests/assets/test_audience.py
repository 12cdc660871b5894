import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Contact
from apps.assets import rendering
from apps.assets.audience import Crowd, devices, percent
from apps.assets.models import Push
from apps.devices.models import Device
from apps.segments import counting, rules
from tests.factories import a_device, a_segment, a_site, a_subscription

pytestmark = pytest.mark.django_db

CHROME = ("Chrome", "140", "Windows")
SAFARI = ("Safari", "18", "macOS")
IPHONE = ("Safari", "18", "iOS")
FIREFOX = ("Firefox", "153", "Linux")
OLD_FIREFOX = ("Firefox", "140", "Linux")


def a_browser(site, kind, **contact):
    """A live device of a fresh contact, as that browser."""
    device = a_subscription(a_device(site, "allowed")).device
    names = ("browser", "browser_version", "os")
    Device.objects.filter(pk=device.pk).update(**dict(zip(names, kind, strict=True)))
    Contact.objects.filter(pk=device.contact_id).update(**contact)
    return device


def source_of(push):
    return rendering.load(Push, [push.pk])[push.pk][1]


def a_crowd(site, *kinds):
    for kind in kinds:
        a_browser(site, kind)


class TestDevices:
    def test_it_counts_live_devices_by_browser(self):
        site = a_site()
        a_crowd(site, CHROME, CHROME, SAFARI, ("Lynx", "2", "Linux"))
        a_device(site, "ask")
        a_crowd(a_site(), CHROME)

        found = devices(Crowd.of(site))

        assert [(group.browser, group.count) for group in found.groups] == [
            ("Chrome", 2), ("Lynx", 1), ("Safari", 1)
        ]  # fmt: skip
        assert (found.total, found.unknown, found.is_exact) == (3, {"Lynx": 1}, True)
        assert found.browsers == [("Chrome on Windows", 2), ("Safari on macOS", 1)]

    def test_those_who_opted_out_are_not_among_them(self):
        site = a_site()
        a_browser(site, CHROME, is_reachable=False)

        assert devices(Crowd.of(site)).groups == ()

    def test_of_a_segment_only_its_members_count(self):
        site = a_site()
        a_browser(site, CHROME, language="fr")
        a_browser(site, SAFARI)
        segment = a_segment(site, rule={"field": "language", "op": "is", "value": "fr"})

        found = devices(Crowd.of(site, segment))

        assert [group.browser for group in found.groups] == ["Chrome"]

    def test_a_broken_rule_is_said(self):
        site = a_site()
        segment = a_segment(site, rule={"field": "state.gone", "op": "is", "value": 1})

        with pytest.raises(rules.Broken):
            devices(Crowd.of(site, segment))

    def test_it_is_one_query_for_one_browser_and_for_three(self):
        site = a_site()
        crowd = Crowd.of(site)
        counts = []
        for kinds in ((CHROME,), (SAFARI, FIREFOX)):
            a_crowd(site, *kinds)
            with CaptureQueriesContext(connection) as captured:
                devices(crowd)
            selects = [each for each in captured if each["sql"].startswith("SELECT")]
            counts.append(len(selects))

        assert counts == [1, 1]

    def test_a_large_site_is_judged_by_one_bucket(self, monkeypatch):
        monkeypatch.setattr(counting, "FEW", 1)
        site = a_site()
        a_browser(site, CHROME, bucket=counting.SAMPLED)
        a_browser(site, SAFARI, bucket=1)
        segment = a_segment(site, rule={"field": "language", "op": "is", "value": "de"})

        for crowd in (Crowd.of(site), Crowd.of(site, segment)):
            found = devices(crowd)
            assert [group.browser for group in found.groups] == ["Chrome"]
            assert (found.times, found.is_exact) == (100, False)


class TestPercent:
    @pytest.mark.parametrize(
        ("part", "whole", "words"),
        [
            (0, 0, "0 %"),
            (0, 9, "0 %"),
            (1, 1000, "less than 1 %"),
            (1, 3, "33 %"),
            (999, 1000, "99 %"),
            (9, 9, "100 %"),
        ],
    )
    def test_it_is_never_none_of_some_nor_all_of_less(self, part, whole, words):
        assert percent(part, whole) == words
