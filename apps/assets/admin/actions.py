"""What can be done with one asset, or with those that were selected in a list."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.decorators import action

from apps.accounts import keys
from apps.accounts.backoffice import ModelAdmin
from apps.accounts.confirming import Consequences
from apps.accounts.models import User
from apps.assets import exchange, labels, snapshots
from apps.assets.admin import effects
from apps.assets.admin.strips import page_of
from apps.assets.library import cloning, history, statuses
from apps.assets.models import Asset, AssetLabel
from apps.assets.snapshots import Knowledge

MAX_SELECTED = 200
Status = Asset.Status


def download(assets: QuerySet[Asset], by: User) -> HttpResponse:
    """Answer with the assets as a file. Raises exchange.NotExported."""
    return HttpResponse(
        exchange.text(assets, by=by),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{exchange.file_name()}"'},
    )


class SelectedActions(ModelAdmin):
    """Actions of lists."""

    actions = ("clone_selected", "activate_selected", "archive_selected", "label_selected",
               "export_selected", "delete_selected")  # fmt: skip

    @admin.action(permissions=["add"], description="Clone")
    def clone_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._with(request, queryset, "add", self._clone)

    @admin.action(permissions=["change"], description="Activate")
    def activate_selected(
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        return self._with(request, queryset, "change", self._activate)

    @admin.action(permissions=["change"], description="Archive")
    def archive_selected(
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        return self._with(request, queryset, "change", self._archive)

    @admin.action(permissions=["change"], description="Add or remove a label")
    def label_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._with(request, queryset, "change", self._label)

    @admin.action(permissions=["view"], description="Export as a file")
    def export_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._with(request, queryset, "view", self._export)

    def _with(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        verb: str,
        do: Callable[[HttpRequest, list[Asset]], HttpResponse | None],
    ) -> HttpResponse | None:
        """Do it with the selected assets, if the user may with those of each kind."""
        ids = list(queryset.order_by().values_list("pk", flat=True)[: MAX_SELECTED + 1])
        if len(ids) > MAX_SELECTED:
            messages.error(request, f"Select at most {MAX_SELECTED} at once.")
            return None
        rows = snapshots.prefetched(Asset.objects.filter(pk__in=ids).select_related("site"))
        assets = list(rows.order_by("name"))
        kinds = {asset._meta.model_name for asset in assets}
        if not request.user.has_perms([f"assets.{verb}_{kind}" for kind in kinds]):
            raise PermissionDenied
        if not assets:
            # Deleted or archived by somebody else since the list was shown.
            messages.error(request, "What you selected is not in this list any more.")
            return None
        return do(request, assets)

    def _clone(self, request: HttpRequest, assets: list[Asset]) -> HttpResponse | None:
        with transaction.atomic():
            made = [cloning.clone(asset, request.user) for asset in assets]
        if len(made) == 1:
            messages.success(request, f"“{made[0]}” is a draft. Change it as you like.")
            return HttpResponseRedirect(page_of(made[0]))
        messages.success(request, f"{len(made)} clones were made, as drafts.")
        return None

    def _activate(self, request: HttpRequest, assets: list[Asset]) -> HttpResponse | None:
        known: dict[int, Knowledge] = {}
        done = 0
        for asset in assets:
            if asset.site_id not in known:
                known[asset.site_id] = Knowledge.of(asset.site)
            try:
                statuses.activate(asset, request.user, known[asset.site_id])
                done += 1
            except ValidationError as error:
                reasons = " ".join(error.messages)
                messages.error(request, f"“{asset}” cannot be activated. {reasons}")
        if done:
            messages.success(request, f"Activated: {done}.")
        return None

    def _archive(self, request: HttpRequest, assets: list[Asset]) -> HttpResponse | None:
        if "_confirmed" not in request.POST:
            found = effects.of_archiving(assets, back=request.get_full_path())
            return self.ask_first(request, found)
        with transaction.atomic():
            for asset in assets:
                statuses.archive(asset, request.user)
        messages.success(request, f"Archived: {len(assets)}. The filter by status shows them.")
        return None

    def _label(self, request: HttpRequest, assets: list[Asset]) -> HttpResponse | None:
        verb, problem = request.POST.get("_label_verb", ""), ""
        if verb in ("add", "remove"):
            try:
                name = self._do_label(request, assets, verb)
            except ValidationError as error:
                problem = " ".join(error.messages)
            else:
                done = "now have" if verb == "add" else "do not have"
                messages.success(request, f"{len(assets)} assets {done} the label “{name}”.")
                return None
        return self._ask_for_label(request, assets, problem)

    @transaction.atomic
    def _do_label(self, request: HttpRequest, assets: Sequence[Asset], verb: str) -> str:
        name = labels.clean_name(request.POST.get("_label", ""))
        if verb == "add" and not request.user.has_perm("assets.add_assetlabel"):
            for site in {asset.site for asset in assets}:
                if labels.missing(site, [name]):
                    raise ValidationError(
                        f"“{site}” has no label “{name}”, and you may not make new ones."
                    )
        for asset in assets:
            history.begin(asset)
        (labels.add if verb == "add" else labels.remove)(assets, name)
        for asset in assets:
            history.record(asset, request.user)
        return name

    def _ask_for_label(
        self, request: HttpRequest, assets: list[Asset], problem: str
    ) -> HttpResponse:
        sent = [(name, value) for name, values in request.POST.lists() for value in values]
        ours = ("csrfmiddlewaretoken", "_label", "_label_verb")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Label {len(assets)} assets" if len(assets) > 1 else f"Label “{assets[0]}”",
            "opts": self.opts,
            "assets": assets,
            "known": _names_of_labels(assets),
            "written": request.POST.get("_label", ""),
            "problem": problem,
            "sent": [(name, value) for name, value in sent if name not in ours],
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/assets/label_selected.html", context)

    def _export(self, request: HttpRequest, assets: list[Asset]) -> HttpResponse | None:
        try:
            rows = Asset.objects.filter(pk__in=[asset.pk for asset in assets])
            return download(rows, request.user)
        except exchange.NotExported as error:
            messages.error(request, str(error))
            return None


def _names_of_labels(assets: list[Asset]) -> list[str]:
    rows = AssetLabel.objects.filter(site__in={asset.site_id for asset in assets})
    return list(rows.order_by("name").values_list("name", flat=True).distinct())


class OneAssetActions(SelectedActions):
    """Actions of an asset's page: each asks by GET and does it by POST."""

    actions_detail = (
        "clone",
        {"title": "More", "items": ["activate", "archive", "export_one"]},
    )

    @action(description="Clone", icon="content_copy", permissions=["clone"])
    def clone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        asset = self._asset(request, object_id)
        if request.method != "POST":
            name = cloning.free_name(asset.site, asset.name)
            text = f"A draft named “{name}” is made, with all buttons, variations and labels."
            title = f"Clone “{asset}”?"
            back = page_of(asset)
            return self.ask_first(
                request, Consequences(title=title, text=text, button="Clone", back=back)
            )
        return self._clone(request, [asset])

    @action(description="Activate", icon="play_arrow", permissions=["activate"])
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        asset = self._asset(request, object_id)
        if request.method != "POST":
            title, text = f"Activate “{asset}”?", "Journeys can send it from now on."
            back = page_of(asset)
            return self.ask_first(
                request, Consequences(title=title, text=text, button="Activate", back=back)
            )
        self._activate(request, [asset])
        return HttpResponseRedirect(page_of(asset))

    @action(description="Archive", icon="archive", permissions=["archive"])
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        asset = self._asset(request, object_id)
        if request.method != "POST":
            return self.ask_first(request, effects.of_archiving([asset], back=page_of(asset)))
        statuses.archive(asset, request.user)
        messages.success(request, f"“{asset}” is archived.")
        return HttpResponseRedirect(page_of(asset))

    @action(description="Export as a file", icon="download", permissions=["view"])
    def export_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        asset = self._asset(request, object_id)
        try:
            return download(Asset.objects.filter(pk=asset.pk), request.user)
        except exchange.NotExported as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(page_of(asset))

    def has_clone_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_add_permission(request) and self.has_view_permission(request)

    def has_activate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may_change(request, object_id, Status.DRAFT, Status.ARCHIVED)

    def has_archive_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may_change(request, object_id, Status.DRAFT, Status.ACTIVE)

    def _may_change(self, request: HttpRequest, object_id: Any, *before: Status) -> bool:
        rows = self.model.objects.non_polymorphic()
        return (
            self.has_change_permission(request)
            and rows.filter(pk=keys.read(object_id), status__in=before).exists()
        )

    def _asset(self, request: HttpRequest, object_id: str) -> Asset:
        asset = self.get_object(request, object_id)
        if asset is None:
            raise Http404
        return asset
