"""The popup as it is being written, drawn by the code that visitors get."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Field
from django.forms import BaseFormSet, ModelForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from apps.assets.admin import bodies
from apps.assets.admin.buttons import PopupButtonInline
from apps.assets.colors import PAIRS
from apps.assets.models import Button, Popup
from apps.assets.previews import signed
from apps.assets.rendering import Source, of

if TYPE_CHECKING:
    from apps.assets.admin.popups import PopupAdmin

# More than a form with everything in it, and no more.
MAX_BYTES = 100_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src https: http:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@require_GET
@xframe_options_sameorigin
def stage(request: HttpRequest) -> HttpResponse:
    """Answer with the neutral page on which the script draws what its parent sends it."""
    _require_viewer(request)
    answer = TemplateResponse(request, "admin/assets/popup_stage.html")
    answer["Content-Security-Policy"] = POLICY
    return answer


@require_POST
def drawn(request: HttpRequest, admin: "PopupAdmin") -> HttpResponse:
    """Answer with the popup of the form in the body, as far as it can be read: where a field is
    wrong its default counts. `popup` in the address is the stored one that is being changed."""
    _require_viewer(request)
    if bodies.size(request) > MAX_BYTES:
        return JsonResponse({"message": "This is too long to be drawn."}, status=413)
    stored = _stored(request.GET.get("popup", ""))
    if stored and not admin.has_change_permission(request, stored):
        # Who only looks has no form.
        return JsonResponse(_shown(of(stored, [])))
    form = admin.get_form(request, stored, change=stored is not None)(
        request.POST, instance=stored or Popup()
    )
    form.is_valid()
    site = stored.site if stored else form.cleaned_data.get("site")
    if site is None:
        return JsonResponse({"message": "Choose the site first."})
    source = Source(kind=Popup, site=site, content=_content(form, _buttons(request, admin, form)))
    faint = [words for name in PAIRS for words in form.errors.get(name, ())]
    return JsonResponse({"message": " ".join(faint), **_shown(source)})


def _shown(source: Source) -> dict[str, Any]:
    try:
        return {"popup": signed.rendered(source)}
    except signed.Refused as refused:
        return {"message": f"It cannot be drawn: {refused}."}


def _require_viewer(request: HttpRequest) -> None:
    if not request.user.has_perm("assets.view_popup"):
        raise PermissionDenied


def _stored(number: str) -> Popup | None:
    is_number = number.isascii() and number.isdecimal() and len(number) < 18
    rows = Popup.objects.select_related("site")
    return rows.filter(pk=int(number)).first() if is_number else None


def _content(form: ModelForm, buttons: list[dict[str, Any]]) -> dict[str, Any]:
    return {**_read(form, Popup, Popup.CONTENT), "buttons": buttons}


def _read(form: ModelForm, model: Any, names: tuple[str, ...]) -> dict[str, Any]:
    cleaned = getattr(form, "cleaned_data", {})
    return {
        name: cleaned[name] if name in cleaned else _as_written(form, model._meta.get_field(name))
        for name in names
    }


def _as_written(form: ModelForm, field: Field) -> Any:
    """Return what the form refuses and could be drawn all the same, such as a colour that is hard
    to read or a tag that the site does not know yet; else the field's default."""
    if field.name not in form.fields:
        return field.get_default()
    try:
        return field.clean(form[field.name].value(), None)
    except ValidationError:
        return field.get_default()


def _buttons(request: HttpRequest, admin: "PopupAdmin", form: ModelForm) -> list[dict[str, Any]]:
    inline = PopupButtonInline(Popup, admin.admin_site)
    kind = inline.get_formset(request)
    formset: BaseFormSet = kind(request.POST, instance=form.instance)
    formset.is_valid()
    if not formset.management_form.is_valid():
        return []
    rows = [
        (each.cleaned_data.get("position") or 0, _read(each, Button, Button.CONTENT))
        for each in formset.forms
        if (each.instance.pk or each.has_changed()) and not formset._should_delete_form(each)
    ]
    return [content for _, content in sorted(rows, key=lambda row: row[0])]
