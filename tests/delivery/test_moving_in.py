"""The mission: subscribers of another provider get our pushes and never notice the move."""

import base64
import csv
import io
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from apps.accounts.models import Contact
from apps.delivery import pushes, sender
from apps.delivery.models import Push
from apps.delivery.wanted import Selection, Wanted
from apps.devices import keys
from tests.factories import a_push, a_site, base64url, brought_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


class PreviousProvider:
    """Has subscribed browsers with a key of its own, and hands both out on leaving."""

    def __init__(self, service):
        self._private = ec.generate_private_key(ec.SECP256R1())
        self.point = self._private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.subscribers = [service.subscribe(self.point) for _ in range(3)]

    def private_key(self):
        return base64url(self._private.private_numbers().private_value.to_bytes(32, "big"))

    def export(self):
        out = io.StringIO()
        lines = csv.writer(out, delimiter=";")
        lines.writerow(["identifier", "web_p256", "web_auth", "external_user_id"])
        for number, row in enumerate(self.subscribers):
            lines.writerow([row.endpoint, row.p256dh, row.auth, f"customer-{number}"])
        return out.getvalue()


class TestMovingIn:
    def test_a_push_signed_with_the_old_key_arrives_and_is_read(self, service):
        provider, site = PreviousProvider(service), a_site()
        import_ = brought_in(
            provider.export(),
            kind="subscriptions",
            site=site,
            private_key=provider.private_key(),
            public_key=base64.b64encode(provider.point).decode(),
        )
        assert (import_.created, import_.broken) == (3, 0)
        asset = a_push(site, title="We have moved, {{ external_id }}")

        answer = pushes.queue(
            asset,
            Selection(
                rows=Contact.objects.filter(is_reachable=True),
                key=Concat(Value("moved:"), Cast("pk", CharField())),
            ),
        )
        sender.drain()

        # The service answers 201 only to a signature of the key that it was subscribed with.
        assert set(Push.objects.values_list("status", flat=True)) == {"accepted"}
        assert len(answer.reached) == 3
        for row in provider.subscribers:
            (message,) = service.messages(row.token)
            assert json.loads(message.plaintext)["notification"]["title"].startswith("We have")
            assert message.claims.sub == "mailto:web@shop.example"

    def test_with_another_key_nothing_would_arrive(self, service):
        provider, site = PreviousProvider(service), a_site()

        import_ = brought_in(
            provider.export(),
            kind="subscriptions",
            site=site,
            private_key="",
            public_key=keys.current(site).public_key,
        )
        asset = a_push(site)
        pushes.queue(
            asset, Wanted(contact_id=Contact.objects.values_list("pk", flat=True)[0], key="k")
        )
        sender.drain()

        assert import_.created == 3
        assert Push.objects.get().reason == "refused"
        assert not service.messages(provider.subscribers[0].token)
