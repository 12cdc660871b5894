"""Push subscriptions from another provider: nobody has to be asked again.

A browser's subscription works with the VAPID key that it was made with and no other, so the old
private key comes along.
"""

from typing import Any

from django.core.exceptions import ValidationError

from apps.accounts.imports.contacts import EXTERNAL_ID, LANGUAGE, TIME_ZONE
from apps.accounts.imports.kinds import Field, Kind, Option, Row, Written, register
from apps.accounts.models import Contact, Import, Site, User
from apps.devices import private_keys
from apps.devices.incoming import Batch
from apps.devices.models import Device, Subscription, VapidKey


def _field(name: str, label: str, *aliases: str, **more: Any) -> Field:
    return Field(name=name, label=label, aliases=aliases, **more)


@register
class Subscriptions(Kind):
    name = "subscriptions"
    label = "Push subscriptions"
    description = (
        "Move in from another provider without losing a subscriber: their subscriptions, and the "
        "VAPID private key that they were made with."
    )
    fields = (
        _field("endpoint", "Endpoint", "identifier", "push_endpoint", "subscription_endpoint",
               "registration_id", "subscription.endpoint", max_length=2000),
        _field("p256dh", "Key p256dh", "keys.p256dh", "public_key", "publickey", "web_p256",
               "client_public_key", "userpublickey", "subscription.p256dh"),
        _field("auth", "Key auth", "keys.auth", "auth_token", "authtoken", "web_auth",
               "auth_secret", "usersecret", "subscription.auth"),
        _field("keys", "Both keys as JSON", "subscription.keys", type="json"),
        _field("subscription", "Whole subscription as JSON", "push_subscription",
               "subscription_json", type="json"),
        Field(**{**EXTERNAL_ID.__dict__, "required": False, "help": "Without one the subscription "
                 "goes to a new anonymous visitor.", "aliases": EXTERNAL_ID.aliases[:-1]}),
        LANGUAGE,
        TIME_ZONE,
        _field("created_at", "Subscribed at", "subscribed_at", "created", "date_created",
               "subscription_date", type="moment"),
        _field("last_seen_at", "Last seen at", "last_active", "last_session", "last_seen",
               type="moment"),
        _field("user_agent", "User agent", "useragent", "ua", max_length=2000),
        _field("browser", "Browser", "browser_name", "device_model", max_length=30),
        _field("os", "Operating system", "device_os", "platform", max_length=30),
        _field("vapid_key", "VAPID public key", "vapid_public_key", "application_server_key",
               "applicationserverkey"),
        _field("has_ended", "Has ended there", "invalid_identifier", "unsubscribed",
               "is_unsubscribed", type="yes_no"),
    )  # fmt: skip
    models = (Contact, Device, Subscription)
    options = (
        Option(
            name="private_key",
            label="VAPID private key",
            type="secret",
            help="Of the provider that you leave: PEM, or one line of base64. Stored encrypted, "
            "and never shown again. Not needed where this site has the key already and the file "
            "names it.",
        ),
        Option(
            name="public_key",
            label="VAPID public key",
            help="Optional, to be sure: checked against the private key.",
        ),
    )

    def is_for(self, user: User) -> bool:
        return bool(user.is_active and user.is_superuser)

    def take_options(self, site: Site, chosen: dict[str, Any]) -> dict[str, Any]:
        text = chosen.get("private_key") or ""
        public = private_keys.plain_base64url(chosen.get("public_key") or "")
        if not text.strip():
            if public and not VapidKey.objects.filter(site=site, public_key=public).exists():
                raise ValidationError({"public_key": "This site has no such key."})
            return {"public_key": public}
        try:
            pair = private_keys.read(text)
            if public and public != pair.public:
                message = f"The private key belongs to another public key: {pair.public}"
                raise ValidationError({"public_key": message})
            key = private_keys.take_in(site, pair)
        except private_keys.KeyRefused as error:
            raise ValidationError({"private_key": str(error)}) from error
        return {"public_key": key.public_key, "key_id": key.pk}

    def write(self, import_: Import, rows: list[Row]) -> Written:
        return Batch(import_).write(rows)

    def end(self, import_: Import) -> None:
        key_id = import_.options.get("key_id")
        if key_id and not self._others_need(import_, key_id):
            private_keys.forget_unused(key_id)

    def _others_need(self, import_: Import, key_id: int) -> bool:
        """Whether another file, not brought in yet, came with the same key: it was given once."""
        waiting = Import.objects.filter(kind=self.name, site=import_.site_id).exclude(file="")
        return waiting.exclude(pk=import_.pk).filter(options__key_id=key_id).exists()
