"""The page “Import”: a file, what it would do, and doing it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
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
from apps.assets.exchange import Plan, Taken

SALT = "assets.exchange"
HOURS = 12
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
        help_text="As “Export” of assets made it, of at most 2 MB.",
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

    def clean_file(self) -> dict[str, Any]:
        """Return what the file holds."""
        file: UploadedFile = self.cleaned_data["file"]
        self.file_name = (file.name or "")[:100]
        try:
            # What it says of its size is not believed.
            return exchange.read(file.read(exchange.MAX_BYTES + 1))
        except exchange.Unreadable as error:
            raise ValidationError(str(error)) from error


class ImportPage(ModelAdmin):
    actions_list = ("import_assets",)

    def has_import_permission(self, request: HttpRequest, *args: Any) -> bool:
        return request.user.has_perms(PERMISSIONS)

    @action(description="Import", icon="upload_file", permissions=["import"])
    def import_assets(self, request: HttpRequest) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "sent" in request.POST:
            return self._import(request)
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            sent = {
                "file": form.cleaned_data["file"],
                "site": form.cleaned_data["site"].pk,
                "keeps_status": form.cleaned_data["keeps_status"],
                "name": form.file_name,
                "user": request.user.pk,
            }
            return self._preview(request, sent)
        return self._page(request, "import.html", {"title": "Import assets", "form": form})

    def _preview(self, request: HttpRequest, sent: dict[str, Any]) -> HttpResponse:
        site = Site.objects.get(pk=sent["site"])
        plan = exchange.plan(sent["file"], site, keeps_status=sent["keeps_status"])
        context = {
            "title": f"Import from {sent['name']}",
            "plan": plan,
            "summary": _summary(plan),
            "keeps_status": sent["keeps_status"],
            # Signed, so that what is imported is what was shown; nothing is kept of a file that
            # nobody goes on with.
            "sent": signing.dumps(sent, salt=SALT, compress=True),
        }
        return self._page(request, "import_preview.html", context)

    def _import(self, request: HttpRequest) -> HttpResponse:
        try:
            sent = signing.loads(request.POST["sent"], salt=SALT, max_age=HOURS * 3_600)
            if sent["user"] != request.user.pk:
                raise signing.BadSignature
            site = Site.objects.get(pk=sent["site"])
        except (signing.BadSignature, Site.DoesNotExist):
            messages.error(request, "This has waited too long. Choose the file again.")
            return HttpResponseRedirect(request.path)
        allowed = set(Taken.values)
        choices = {key: value for key, value in request.POST.items() if value in allowed}
        try:
            outcome = exchange.run(
                sent["file"],
                site,
                request.user,
                choices=choices,
                keeps_status=sent["keeps_status"],
                file_name=sent["name"],
            )
        except IntegrityError:
            messages.error(request, "Somebody changed the same assets meanwhile. Look again.")
            return self._preview(request, sent)
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


def _summary(plan: Plan) -> list[tuple[str, int]]:
    return [(verdict.label, count) for verdict, count in plan.numbers.items()]
