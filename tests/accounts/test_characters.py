import pytest
from django.core.exceptions import ValidationError

from apps.accounts.characters import check_name
from apps.accounts.models import Site
from tests.accounts.house import address, login
from tests.accounts.test_uniqueness import FORMS, MODELS, NO_ORIGINS, SITE, errors
from tests.factories import a_push, a_site

TURNED = "gpj\u202egnp"
HIDDEN = [
    *("\u202e", "\u2067", "\u200f", "\u200b", "\ufeff", "\n", "\0", "\u00ad", "\u034f", "\u2065"),
    *("\u206a", "\u17b4", "\ufff9", "\U0001d173", "\U000e0041", "\U000e007f", "\u3164", "\u2800"),
]


class TestCheckName:
    @pytest.mark.parametrize(
        "name",
        [
            "Summer sale – 20 %",
            "מבצע קיץ 2026",
            "تخفيضات الصيف",
            "می‌خواهم",
            "👩🏽‍💻 for developers",
            "❤️ 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            "क्षमा क्‍ष",
            "葛\U000e0100城",
            "",
        ],
    )
    def test_every_script_and_emoji_is_welcome(self, name):
        assert check_name(name) is None

    @pytest.mark.parametrize("sign", HIDDEN)
    def test_what_nobody_sees_is_refused_with_its_place(self, sign):
        with pytest.raises(ValidationError) as error:
            check_name(f"ab{sign}c")

        assert error.value.messages == [
            "This character is never seen, and may turn the others around. (character 3)"
        ]

    @pytest.mark.parametrize("name", ["\u200d", " \u200c ", "\u3000", "\u3164", "\u2800 "])
    def test_a_name_that_shows_nothing_is_refused(self, name):
        with pytest.raises(ValidationError, match="Nothing of this name can be seen"):
            check_name(name)


@pytest.mark.django_db
class TestNamesInForms:
    words = ["This character is never seen, and may turn the others around. (character 4)"]

    @MODELS
    def test_it_is_refused_at_the_field(self, client, model):
        sent, _ = FORMS[model]
        site = a_site()
        before = model.objects.count()
        login(client, "superuser")

        page = client.post(address(model, "add", None), {**sent, "site": site.pk, "name": TURNED})

        told = ["Small letters, digits and _ only, a letter first."]
        expected = told if model._meta.model_name == "labeltag" else self.words
        assert errors(page) == {"name": expected}
        assert model.objects.count() == before

    def test_it_is_refused_for_a_site_and_a_variation(self, client):
        push = a_push()
        login(client, "superuser")

        site = client.post(address(Site, "add", None), {**SITE, **NO_ORIGINS, "name": TURNED})
        variation = client.post(
            f"/admin/assets/variation/add/?asset={push.pk}", {"name": TURNED, "status": "draft"}
        )

        assert errors(site) == {"name": self.words}
        assert errors(variation)["name"] == self.words
        assert Site.objects.count() == 1
        assert not push.variations.exists()

    def test_a_site_says_why_it_opens_no_file_server(self, client):
        login(client, "superuser")

        page = client.post(
            address(Site, "add", None),
            {**SITE, **NO_ORIGINS, "name": "Shop", "home": "ftp://shop.example/"},
        )

        words = "Browsers open only https:// and http://: write one of these."
        assert errors(page) == {"home": [words]}
        assert not Site.objects.exists()
