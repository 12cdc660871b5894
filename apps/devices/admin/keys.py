"""VAPID keys on a site's page: how far a rotation has come, starting one, giving up a key."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_post_parameters
from unfold.decorators import action
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.accounts.admin.secret_field import SecretField
from apps.accounts.admin.site_dialogs import MAY, OfSiteForm, SiteDialogs
from apps.accounts.backoffice import to_page
from apps.accounts.models import Site
from apps.accounts.panels import Panel, dialog, label, panel_on, table
from apps.devices import importing, keys, private_keys
from apps.devices.models import VapidKey


class RetireForm(BaseDialogForm):
    form_before_template = "admin/dialogs/words.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        key = get_object_or_404(VapidKey, pk=object_id)
        live = key.subscriptions.live().count()
        if not live:
            return {"words": "No live subscription is left of it: nobody is lost."}
        many = "1 live subscription is" if live == 1 else f"{intcomma(live)} live subscriptions are"
        return {
            "words": "A subscription is bound to the key that it was made with.",
            "warning": f"{many} ended with it. Those browsers get no push until they come to the "
            "site again. Wait for them to move over, if you can.",
        }


class BringForm(OfSiteForm):
    private_key = SecretField(
        label="Private key of the provider you come from",
        help_text="PEM, or one line of base64. Stored encrypted, and never shown again.",
    )
    public_key = forms.CharField(
        label="Its public key",
        required=False,
        max_length=150,
        widget=UnfoldAdminTextInputWidget(),
        help_text="Optional, to be sure: checked against the private key.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        site, text = cleaned.get("site"), cleaned.get("private_key")
        if site and text:
            try:
                private_keys.check(site, text, public_key=cleaned.get("public_key", ""))
            except private_keys.KeyRefused as error:
                self.add_error(error.field, str(error))
        return cleaned


@admin.register(VapidKey)
class VapidKeyAdmin(SiteDialogs):
    list_display = ("public_key", "site", "created_at", "retired_at")
    fields = ("public_key", "site", ("created_at", "imported_at"), ("retired_at", "refused_at"))
    actions_list = ("bring",)
    actions_detail = ("rotate", "retire", "remove")

    @method_decorator(sensitive_post_parameters("private_key"))
    @action(
        description="Bring a key",
        permissions=["change_site"],
        dialog={
            "title": "Bring a key from another provider?",
            "description": "The VAPID private key that your subscriptions were made with there. "
            "It signs pushes to them once they are imported, and makes no new ones.",
            "form_class": BringForm,
            "form_submit_text": "Bring it in",
        },
    )
    def bring(self, request: HttpRequest, form: BringForm) -> HttpResponse:
        site, text = form.cleaned_data["site"], form.cleaned_data["private_key"]
        try:
            key, is_new = importing.bring_key(site, text, by=request.user)
        except private_keys.KeyRefused as error:
            messages.error(request, str(error))
            return to_page(site)
        if is_new:
            self.log_change(request, site, f"Brought in the VAPID key {key}.")
            words = f"The key {key} is here. Now import the subscriptions that were made with it."
            messages.success(request, words)
        else:
            messages.info(request, f"This site had the key {key} already.")
        return to_page(site)

    @action(
        description="Make a new key",
        permissions=["change_site"],
        dialog={
            "title": "Make a new VAPID key?",
            "description": "New subscriptions are made with it from now on. Those of before keep "
            "working under their own key, and each browser moves over on its next visit; nobody "
            "is asked again. This page shows how far they have come.",
            "form_class": BaseDialogForm,
            "form_submit_text": "Make a new key",
        },
    )
    def rotate(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        key = get_object_or_404(VapidKey.objects.select_related("site"), pk=object_id)
        try:
            new = keys.rotate(key)
        except keys.KeyReplaced as error:
            messages.error(request, str(error))
        else:
            self.log_change(request, key.site, f"Made the VAPID key {new}.")
            messages.success(request, "New subscriptions are made with the new key from now on.")
        return to_page(key.site)

    @action(
        description="Retire it",
        permissions=["change_site"],
        dialog={
            "title": "Retire this VAPID key?",
            "description": "It signs no push any more, and is never used again.",
            "form_class": RetireForm,
            "form_submit_text": "Retire it",
        },
    )
    def retire(self, request: HttpRequest, form: RetireForm, object_id: str) -> HttpResponse:
        key = get_object_or_404(VapidKey.objects.select_related("site"), pk=object_id)
        try:
            ended = keys.retire(key)
        except keys.KeyInUse as error:
            messages.error(request, str(error))
        else:
            self.log_change(request, key.site, f"Retired the VAPID key {key}.")
            messages.success(request, f"The key is retired. Subscriptions ended: {ended}.")
        return to_page(key.site)

    @action(
        description="Remove it",
        permissions=["change_site"],
        dialog={
            "title": "Remove this VAPID key?",
            "description": "Nothing was ever made with it here, so nobody is lost. It can be "
            "brought in again.",
            "form_class": BaseDialogForm,
            "form_submit_text": "Remove it",
        },
    )
    def remove(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        key = get_object_or_404(VapidKey.objects.select_related("site"), pk=object_id)
        if private_keys.forget_unused(key.pk, by=request.user):
            self.log_change(request, key.site, f"Removed the VAPID key {key}.")
            messages.success(request, "The key is removed.")
        else:
            messages.error(request, "Subscriptions were made with this key: retire it instead.")
        return to_page(key.site)


@panel_on(Site, permission=MAY)
def keys_of_site(request: HttpRequest, site: Site) -> Panel:
    rows = sorted(keys.progress(site), key=lambda row: not row.is_current)
    current = next((row for row in rows if row.is_current), None)
    rotate = current and dialog(_action("rotate", current.key), "Make a new key …")
    bring = f"{reverse('admin:devices_vapidkey_bring')}?site={site.pk}"
    return table(
        "VAPID keys",
        ["Key", "Since", "Live subscriptions", "Moved on in 7 days", "Can go", ""],
        [_row(row) for row in rows],
        empty="This site has no key yet, so it cannot send.",
        note=_note(rows, current),
        actions=[
            *([rotate] if rotate else []),
            dialog(bring, "Bring a key from another provider …"),
        ],
    )


def _action(name: str, key: VapidKey) -> str:
    return reverse(f"admin:devices_vapidkey_{name}", args=[key.pk])


def _note(rows: list[keys.Progress], current: keys.Progress | None) -> str:
    total = sum(row.live for row in rows)
    if current is None or len(rows) == 1 or not total:
        return ""
    return (
        f"{current.share:.0%} of {intcomma(total)} live subscriptions are made with the current "
        "key. The others get every push too, and move over when their browser comes by. "
        "“Can go” says when nothing would be left of a key at the pace of the last 7 days."
    )


def _row(row: keys.Progress) -> list[Any]:
    key = row.key
    return [
        format_html("<code>{}</code> {}", key, _state(row)),
        key.imported_at or key.created_at,
        format_html("{} <small>{}</small>", intcomma(row.live), f"{row.share:.0%}"),
        "–" if row.is_current else intcomma(row.moved),
        _can_go(row),
        _way_out(row),
    ]


def _way_out(row: keys.Progress) -> str:
    if row.is_current or row.key.retired_at:
        return ""
    if row.is_unused:
        return dialog(_action("remove", row.key), "Remove …")
    return dialog(_action("retire", row.key), "Retire …")


def _state(row: keys.Progress) -> str:
    words = [
        label("Current", "success") if row.is_current else "",
        label("Imported", "info") if row.key.imported_at else "",
        label("Retired") if row.key.retired_at else "",
    ]
    if row.key.refused_at:
        when = date_format(row.key.refused_at, "DATE_FORMAT")
        words.append(label(f"Refused by a push service on {when}", "danger"))
    return format_html("{}{}{}{}", *words, *[""] * (4 - len(words)))


def _can_go(row: keys.Progress) -> str:
    if row.is_current:
        return "–"
    if row.key.retired_at:
        return date_format(row.key.retired_at, "DATE_FORMAT")
    if not row.live:
        return "Now"
    if row.can_go_on:
        return f"About {date_format(row.can_go_on, 'DATE_FORMAT')}"
    return "Not foreseeable: nobody has moved lately"
