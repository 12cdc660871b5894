import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from apps.accounts import sites
from apps.accounts.models import Origin, Site
from apps.devices.models import VapidKey
from apps.journeys.models import Journey

pytestmark = pytest.mark.django_db

VALUES = {
    "name": "Shop",
    "home": "https://shop.example/",
    "origins": ["https://shop.example"],
    "vapid_subject": "mailto:web@shop.example",
}


class TestCreate:
    def test_it_makes_the_site_with_its_key_and_its_draft_journey(self):
        site = sites.create(**VALUES)

        assert [o.origin for o in site.origins.all()] == ["https://shop.example"]
        assert len(VapidKey.objects.get(site=site).public_key) == 87
        journey = Journey.objects.get(site=site)
        assert (journey.name, journey.status) == ("Ask for push permission", "draft")

    def test_it_gives_every_site_a_key_of_its_own(self):
        one = sites.create(**VALUES)
        other = sites.create(**VALUES | {"name": "Other"})

        assert one.public_key != other.public_key
        assert one.vapid_keys.get().public_key != other.vapid_keys.get().public_key

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"home": "ftp://shop.example/"}, "home"),
            ({"icon": "ftps://shop.example/icon.png"}, "icon"),
            ({"badge": "http//["}, "badge"),
            ({"name": "Sh\u202eop"}, "name"),
            ({"origins": ["https://shop.example/"]}, "origin"),
            ({"origins": ["https://shop.example/page"]}, "origin"),
            ({"origins": ["http://shop.example"]}, "origin"),
            ({"origins": ["https://shop.example:port"]}, "origin"),
            ({"origins": ["shop.example"]}, "origin"),
            ({"origins": ["*"]}, "origin"),
            ({"vapid_subject": "web@shop.example"}, "vapid_subject"),
            ({"vapid_subject": "http://shop.example"}, "vapid_subject"),
            ({"home": "javascript:alert(1)"}, "home"),
            ({"time_zone": "Mars/Base"}, "time_zone"),
        ],
    )
    def test_it_refuses_what_cannot_work_and_writes_nothing(self, changes, field):
        with pytest.raises(ValidationError) as refused:
            sites.create(**VALUES | changes)

        assert list(refused.value.message_dict) == [field]
        assert (Site.objects.count(), Origin.objects.count()) == (0, 0)

    @pytest.mark.parametrize(
        "origin", ["http://localhost:8000", "http://127.0.0.1", "http://shop.localhost:3000"]
    )
    def test_it_takes_a_developers_own_machine(self, origin):
        site = sites.create(**VALUES | {"origins": [origin]})

        assert site.origins.get().is_allowed


class TestVapidKey:
    def test_it_is_encrypted_in_the_database(self, django_assert_num_queries):
        from django.db import connection

        site = sites.create(**VALUES)
        with connection.cursor() as cursor:
            cursor.execute("SELECT private_key FROM devices_vapidkey")
            (stored,) = cursor.fetchone()

        assert "PRIVATE KEY" not in stored
        assert "PRIVATE KEY" in site.vapid_keys.get().private_key


class TestCreateSiteCommand:
    @pytest.mark.parametrize("public", ["", "https://push.example.com"])
    def test_it_prints_the_script_tag(self, capsys, settings, public):
        settings.PUBLIC_URL = public

        call_command(
            "create_site",
            "Shop",
            "https://shop.example/",
            "--origin=https://shop.example",
            "--contact=mailto:web@shop.example",
        )

        said = capsys.readouterr().out
        assert f'src="{public or "https://YOUR-PUSHDESK"}/pushdesk.js"' in said
        assert f'data-site="{Site.objects.get().public_key}"' in said

    def test_it_says_which_value_is_wrong(self):
        with pytest.raises(CommandError, match=r"vapid_subject: Write mailto:"):
            call_command(
                "create_site",
                "Shop",
                "https://shop.example/",
                "--origin=https://shop.example",
                "--contact=me",
            )

        assert Site.objects.count() == 0
