"""The page “Import”: a file, what it would do, and doing it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.accounts.backoffice import ModelAdmin
from apps.accounts.models import Site
from apps.assets import exchange
from apps.assets.exchange import Plan, Taken, waiting
from apps.assets.exchange.waiting import Waiting

PERMISSIONS = [
    f"assets.{verb}_{model}"
    for verb in ("add", "change")
    for model in ("push", "popup", "labeltag", "assetlabel")
]


class FileForm(forms.Form):
    site = forms.ModelChoiceField(
        Site.objects, widget=UnfoldAdminSelectWidget(), help_text="Where the assets go to."
    )
    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".json,application/json"}),
        help_text="As “Export” of assets made it: at most 2 MB, and 20 MB of pictures.",
        error_messages={"empty": "This file is empty."},
    )
    keeps_status = forms.BooleanField(
        label="Keep the statuses of the file",
        help_text="Else everything arrives as a draft, for you to look at first.",
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        sites = list(Site.objects.values_list("pk", flat=True)[:2])
        if len(sites) == 1:
            self.fields["site"].initial = sites[0]

    def clean_file(self) -> bytes:
        """Return what the file holds, which can be read."""
        file: UploadedFile = self.cleaned_data["file"]
        self.file_name = (file.name or "")[:100]
        # What it says of its size is not believed.
        content = file.read(exchange.MAX_FILE_BYTES + 1)
        try:
            exchange.read(content)
        except exchange.Unreadable as error:
            raise ValidationError(str(error)) from error
        return content


class ImportPage(ModelAdmin):
    actions_list = ("import_assets",)

    def has_import_permission(self, request: HttpRequest, *args: Any) -> bool:
        return request.user.has_perms(PERMISSIONS)

    @action(description="Import", icon="upload_file", permissions=["import"])
    def import_assets(self, request: HttpRequest) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "waiting" in request.POST:
            try:
                return self._import(request)
            except waiting.Gone as error:
                messages.error(request, f"Nothing was imported. {error} Choose the file again.")
                return HttpResponseRedirect(request.path)
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            content, site = form.cleaned_data["file"], form.cleaned_data["site"]
            token = waiting.keep(
                content,
                request.user,
                file_name=form.file_name,
                site=site.pk,
                keeps_status=form.cleaned_data["keeps_status"],
            )
            return self._preview(request, token)
        return self._page(request, "import.html", {"title": "Import assets", "form": form})

    def _preview(self, request: HttpRequest, token: str) -> HttpResponse:
        found, content, site = _found(token, request)
        data = exchange.read(content)
        plan = exchange.plan(data, site, keeps_status=found.keeps_status, request=request)
        context = {
            "title": f"Import from {found.file_name}",
            "plan": plan,
            "summary": _summary(plan),
            "keeps_status": found.keeps_status,
            "waiting": token,
        }
        return self._page(request, "import_preview.html", context)

    def _import(self, request: HttpRequest) -> HttpResponse:
        token, allowed = request.POST["waiting"], set(Taken.values)
        try:
            with waiting.claimed(token):
                found, content, site = _found(token, request)
                outcome = exchange.run(
                    exchange.read(content),
                    site,
                    request.user,
                    choices={key: value for key, value in request.POST.items() if value in allowed},
                    keeps_status=found.keeps_status,
                    file_name=found.file_name,
                    request=request,
                )
                waiting.forget(found)
        except exchange.Overtaken as error:
            messages.error(request, str(error))
            return self._preview(request, token)
        except waiting.Busy as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, f"Imported into {site}: {outcome.words}.")
        return HttpResponseRedirect(reverse(f"admin:assets_{self.opts.model_name}_changelist"))

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        shown = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "list": reverse(f"admin:assets_{self.opts.model_name}_changelist"),
            **context,
        }
        return TemplateResponse(request, f"admin/assets/{template}", shown)


def _found(token: str, request: HttpRequest) -> tuple[Waiting, bytes, Site]:
    """Return the file that waits and the site that it goes to. Raises waiting.Gone."""
    found, content = waiting.find(token, request.user)
    site = Site.objects.filter(pk=found.site).first()
    if site is None:
        raise waiting.Gone("The site is not there any more.")
    return found, content, site


def _summary(plan: Plan) -> list[tuple[str, int]]:
    verdicts = [(verdict.label, count) for verdict, count in plan.numbers.items()]
    return [*verdicts, ("Pictures", plan.coming_pictures)]
