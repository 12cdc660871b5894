import base64
import hashlib
import hmac
import re

import pytest

from apps.accounts.site_secrets import SecretNeeded
from apps.journeys import lifecycle
from apps.journeys.models import Enrolment, Journey, SigningSecret
from apps.journeys.webhooks import signing
from tests.factories import a_site
from tests.journeys.webhooks.callers import a_calling_journey, enrolled


class TestSign:
    def test_it_is_what_the_specification_says(self):
        """The example that the libraries of Standard Webhooks are tested with."""
        signature = signing.sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            id="msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp=1614265330,
            body='{"test": 2432232314}',
        )

        assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_bodies_are_signed_in_utf_8(self):
        secret = "whsec_" + base64.b64encode(b"k" * 24).decode()
        digest = hmac.new(b"k" * 24, "id.1.é".encode(), hashlib.sha256).digest()

        assert signing.sign(secret, id="id", timestamp=1, body="é") == (
            f"v1,{base64.b64encode(digest).decode()}"
        )

    def test_each_secret_makes_a_signature(self):
        secrets = ["whsec_" + base64.b64encode(letter * 24).decode() for letter in (b"a", b"b")]

        headers = signing.headers(secrets, id="id", timestamp=7, body="{}")

        assert headers == {
            "webhook-id": "id",
            "webhook-timestamp": "7",
            "webhook-signature": " ".join(
                signing.sign(secret, id="id", timestamp=7, body="{}") for secret in secrets
            ),
        }


@pytest.mark.django_db
class TestSecrets:
    def test_a_secret_is_of_32_bytes_and_encrypted_at_rest(self):
        site = a_site()

        secret = signing.create_secret(site)

        assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
        assert signing.of_sites([site.pk]) == {site.pk: [secret]}
        raw = SigningSecret.objects.extra(select={"raw": "secret"}).values_list("raw", flat=True)
        assert secret not in raw.get()

    def test_the_newest_comes_first_and_none_of_another_site(self):
        site, other = a_site(), a_site()
        first, second = signing.create_secret(site), signing.create_secret(site)
        signing.create_secret(other)

        assert signing.of_sites([site.pk]) == {site.pk: [second, first]}

    def test_one_of_several_can_be_deleted(self):
        journey = a_calling_journey("https://shop.example/hook")
        second = signing.create_secret(journey.site)

        signing.delete_secret(SigningSecret.objects.earliest("pk"))

        assert signing.of_sites([journey.site_id]) == {journey.site_id: [second]}

    def test_the_last_stays_while_a_journey_calls(self):
        a_calling_journey("https://shop.example/hook")

        with pytest.raises(SecretNeeded):
            signing.delete_secret(SigningSecret.objects.get())

        assert SigningSecret.objects.count() == 1

    def test_and_while_somebody_is_inside_one_that_ended(self):
        journey = a_calling_journey("https://shop.example/hook")
        row = enrolled(journey)
        Journey.objects.update(status=Journey.Status.FINISHED)

        with pytest.raises(SecretNeeded):
            signing.delete_secret(SigningSecret.objects.get())

        Enrolment.objects.filter(pk=row.pk).leave(Enrolment.Exit.HAND)
        signing.delete_secret(SigningSecret.objects.get())
        assert not SigningSecret.objects.exists()

    def test_the_last_of_a_site_that_calls_nobody_goes(self):
        journey = a_calling_journey("https://shop.example/hook")
        lifecycle.archive(journey)

        signing.delete_secret(SigningSecret.objects.get())

        assert not SigningSecret.objects.exists()
