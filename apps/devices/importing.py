"""Push subscriptions from another provider: nobody has to be asked again.

A browser's subscription works with the VAPID key that it was made with and no other, so the old
private key comes along.
"""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts import audit
from apps.accounts.imports.contacts import EXTERNAL_ID, LANGUAGE, TIME_ZONE
from apps.accounts.imports.kinds import (
    Field,
    Kind,
    Option,
    OptionsRefused,
    Row,
    Written,
    register,
)
from apps.accounts.models import Contact, Import, Site
from apps.devices import private_keys
from apps.devices.incoming import Batch
from apps.devices.models import Device, Subscription, VapidKey

MAY_BRING_KEYS = "accounts.change_site"
SHOWN_HINTS = 4


def _field(name: str, label: str, *aliases: str, **more: Any) -> Field:
    return Field(name=name, label=label, aliases=aliases, **more)


@register
class Subscriptions(Kind):
    name = "subscriptions"
    label = "Push subscriptions"
    description = (
        "Move in from another provider without losing a subscriber: their subscriptions, and the "
        "VAPID private key that they were made with, which is asked for after the upload."
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
    permissions = (MAY_BRING_KEYS, "devices.add_subscription")
    options_title = "The key that they were made with"
    options = (
        Option(
            name="private_key",
            label="Private key of the provider you come from",
            type="secret",
            help="PEM, or one line of base64. Stored encrypted, and never shown again. Not needed "
            "where this site has the key already and the file names it.",
            after_upload=True,
            permission=MAY_BRING_KEYS,
        ),
        Option(
            name="public_key",
            label="Public key that they were made with",
            help="Optional, to be sure: checked against the private key. Without that it says "
            "which of this site’s keys it is, where the file names none.",
            after_upload=True,
        ),
    )

    def take_options(self, site: Site, chosen: dict[str, Any], *, by: audit.By) -> dict[str, Any]:
        text, public = (chosen.get(name) or "" for name in ("private_key", "public_key"))
        if not text.strip() and not public.strip():
            return {"public_key": ""}
        try:
            if text.strip():
                key, is_new = private_keys.take_in(site, text, by=by, public_key=public)
            else:
                key, is_new = private_keys.named(site, public), False
        except private_keys.KeyRefused as error:
            raise OptionsRefused({error.field: str(error)}) from error
        # What came with imports goes with them, unless it is used; what was there before stays.
        is_ours = is_new or _waiting_with(key.pk).exists()
        return {"public_key": key.public_key, "key_id": key.pk if is_ours else None}

    def check_options(self, import_: Import, columns: dict[str, str]) -> None:
        if not import_.options.get("public_key") and "vapid_key" not in columns.values():
            message = "No column says which key the subscriptions were made with, so it is needed."
            raise OptionsRefused({"private_key": message})

    def hints(self, import_: Import, samples: list[dict[str, Any]]) -> list[str]:
        """Say which keys the first rows name, and which of them the site can sign with; where
        they name none, which there are from other providers."""
        usable = VapidKey.objects.filter(site=import_.site_id, retired_at=None)
        known = dict(usable.values_list("public_key", "imported_at"))
        given, named = import_.options.get("public_key"), _named_in(samples, import_.mapping)
        said = [f"Given for this file: the key {given}"] if given else []
        for public in named:
            if public in known:
                said.append(f"The file names a key that this site has: {public}")
            else:
                lacks = "The file names a key that this site does not have, so it is needed here"
                said.append(f"{lacks}: {public}")
        if not said:
            brought = [public for public, imported_at in known.items() if imported_at]
            said = [f"This site has a key of another provider: {public}" for public in brought]
        return said[:SHOWN_HINTS]

    def write(self, import_: Import, rows: list[Row]) -> Written:
        return Batch(import_).write(rows)

    def end(self, import_: Import) -> None:
        self._let_go(import_, import_.options.get("key_id"))

    def answered_anew(self, import_: Import, before: dict[str, Any]) -> None:
        if before.get("key_id") != import_.options.get("key_id"):
            self._let_go(import_, before.get("key_id"))

    def _let_go(self, import_: Import, key_id: int | None) -> None:
        """Remove a key that came with the import and that nothing was made with, unless another
        file that waits came with it too."""
        if key_id and not _waiting_with(key_id).exclude(pk=import_.pk).exists():
            private_keys.forget_unused(key_id, by=f"Import {import_.pk}")


@transaction.atomic
def bring_key(site: Site, text: str, *, by: audit.By) -> tuple[VapidKey, bool]:
    """Return what `private_keys.take_in` does of a key that is brought by itself: it stays,
    whatever becomes of files that came with it. Raises KeyRefused."""
    key, is_new = private_keys.take_in(site, text, by=by)
    for import_ in _waiting_with(key.pk).select_for_update():
        import_.options["key_id"] = None
        import_.save(update_fields=["options"])
    return key, is_new


def _waiting_with(key_id: int) -> QuerySet[Import]:
    """Return the imports, not brought in yet, that the key came with."""
    waiting = Import.objects.filter(kind=Subscriptions.name).exclude(file="")
    return waiting.filter(options__key_id=key_id)


def _named_in(samples: list[dict[str, Any]], mapping: dict[str, str]) -> list[str]:
    """Return the public keys that the rows name, in their order."""
    columns = [column for column, target in mapping.items() if target == "vapid_key"]
    cells = (row.get(column) for row in samples for column in columns)
    named = (private_keys.plain_base64url(cell)[:90] for cell in cells if isinstance(cell, str))
    return [public for public in dict.fromkeys(named) if public]
