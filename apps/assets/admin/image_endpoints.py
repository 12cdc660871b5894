"""What the script beside an image field, and the page of uploads, ask for."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import keys
from apps.accounts.models import Site
from apps.assets.admin import bodies
from apps.assets.images import pictures, storing
from apps.assets.models import Image

PER_PAGE = 24
MAX_PAGE = 400
# A file and the few words around it.
MAX_BODY = pictures.MAX_BYTES + 100_000
UPLOADERS = (
    "accounts.change_site",
    *("assets.add_image", "assets.add_push", "assets.change_push"),
    *("assets.add_popup", "assets.change_popup"),
)


def may_upload(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Tell whether the user writes anything that shows images."""
    return any(user.has_perm(permission) for permission in UPLOADERS)


@csrf_exempt
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Store the picture in `file` for `site`, and answer with it as JSON; 400 says what is
    wrong with it. The token is checked after the size: to find it, all that was sent is read."""
    if not may_upload(request.user):
        raise PermissionDenied
    if bodies.size(request) > MAX_BODY:
        return _refused("The file is too large: at most 5 MB.", 413)
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    site = _site(request.POST.get("site"))
    if site is None:
        return _refused("Choose a site first: images belong to one.")
    file = request.FILES.get("file")
    if file is None:
        return _refused("There is no file in what was sent.")
    try:
        image = storing.store(file, site, request.user)
    except ValidationError as error:
        return _refused(" ".join(error.messages))
    return JsonResponse(_told(image, request))


@require_GET
def pick(request: HttpRequest) -> HttpResponse:
    """Answer with a page of the images of `site` whose names hold `q`, the newest first."""
    if not (request.user.has_perm("assets.view_image") or may_upload(request.user)):
        raise PermissionDenied
    site = _site(request.GET.get("site"))
    if site is None:
        return _refused("Choose a site first: images belong to one.")
    # PostgreSQL refuses to look for this sign, which no text in it can have.
    term = request.GET.get("q", "").replace("\x00", "").strip()[:150]
    rows = Image.objects.filter(site=site)
    if term:
        rows = rows.filter(name__icontains=term)
    number = min(max(keys.read(request.GET.get("page")) or 1, 1), MAX_PAGE)
    begin = (number - 1) * PER_PAGE
    found = list(rows[begin : begin + PER_PAGE + 1])
    told = [_told(image, request) for image in found[:PER_PAGE]]
    has_more = len(found) > PER_PAGE and number < MAX_PAGE
    return JsonResponse({"images": told, "page": number, "has_more": has_more})


def _told(image: Image, request: HttpRequest) -> dict[str, Any]:
    return {
        "id": image.pk,
        "name": image.name,
        "address": storing.address(image.file.name, request),
        "width": image.width,
        "height": image.height,
        "size": image.size,
    }


def _refused(message: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"message": message}, status=status)


def _site(text: str | None) -> Site | None:
    return Site.objects.filter(pk=keys.read(text)).first()
