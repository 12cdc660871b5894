from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.forms import Form, ModelForm, MultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.accounts import api_keys, keys
from apps.accounts.backoffice import ModelAdmin
from apps.accounts.models import ApiKey


class ApiKeyForm(ModelForm):
    scopes = MultipleChoiceField(
        label="What it may do",
        choices=ApiKey.Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="As little as the system needs: whoever gets hold of the key may do this much.",
    )

    class Meta:
        model = ApiKey
        fields = ("site", "name", "scopes")


def _moment(at: datetime | None) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT") if at else ""


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):
    """Made and revoked, never changed: what a key may do is settled when it is handed out."""

    form = ApiKeyForm
    list_display = ("name", "begins_with", "site", "status", "last_used_at", "created_at")
    list_filter = (("site", RelatedDropdownFilter),)
    list_select_related = ("site",)
    search_fields = ("name", "prefix")
    actions = None
    actions_detail = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[Any]:
        if obj is None:
            return ["name", "site", "scopes"]
        return [
            ("name", "site"),
            ("begins_with", "may"),
            ("created_at", "created_by"),
            ("last_used", "revoked"),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        names = ["begins_with", "may", "created_at", "created_by", "last_used", "revoked"]
        return [] if obj is None else names

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer one way to save: the next page shows the token, whatever comes after."""
        one = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, {**context, **one}, *args, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is revoked instead, and stays to be seen."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: ModelForm, change: bool) -> None:
        given = form.cleaned_data
        made, request.token_to_show = api_keys.create(
            given["site"], name=given["name"], scopes=given["scopes"], by=request.user
        )
        obj.pk = made.pk

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the token in this very answer: a redirect would have to keep it somewhere."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"The key “{obj}” is made",
            "opts": self.opts,
            "original": obj,
            "secret": request.token_to_show,
            "use": "Authorization: Bearer ",
            "back": self._page("changelist"),
        }
        return TemplateResponse(request, "admin/shown_once.html", context)

    @display(description="Begins with")
    def begins_with(self, key: ApiKey) -> str:
        return f"pd_{key.prefix}_…"

    @display(description="State", label={"live": "success", "revoked": "danger"})
    def status(self, key: ApiKey) -> tuple[str, str]:
        return ("revoked", "Revoked") if key.revoked_at else ("live", "In use")

    @display(description="Last used")
    def last_used(self, key: ApiKey) -> str:
        return _moment(key.last_used_at) or "Never"

    @display(description="Revoked")
    def revoked(self, key: ApiKey) -> str:
        return _moment(key.revoked_at) or "No, it is in use"

    @display(description="What it may do")
    def may(self, key: ApiKey) -> str:
        return "; ".join(label for scope, label in ApiKey.Scope.choices if scope in key.scopes)

    @action(
        description="Revoke",
        icon="key_off",
        permissions=["revoke"],
        dialog={
            "title": "Revoke this key for good?",
            "description": "Every call with it is refused from now on. It cannot be undone; make "
            "the system another key first.",
            "form_class": BaseDialogForm,
            "form_submit_text": "Revoke",
        },
    )
    def revoke(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        key = self.get_object(request, object_id)
        if api_keys.revoke(key, by=request.user):
            messages.success(request, f"“{key}” is revoked.")
        return HttpResponse(headers={"HX-Redirect": self._page("change", key.pk)})

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return (
            request.user.has_perm("accounts.change_apikey")
            and ApiKey.objects.filter(pk=keys.read(object_id), revoked_at=None).exists()
        )

    def _page(self, name: str, *args: int) -> str:
        return reverse(f"admin:accounts_apikey_{name}", args=args)
