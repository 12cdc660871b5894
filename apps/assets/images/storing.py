"""Images of a site: stored once each, under a name made of what they hold.

The row comes first and the file after it; at the end it is the other way round, and each asks for
the rows once more when it is done with the file. So whichever of two things happen at once, no row
stays without its file and no file without a row, and nothing waits for a lock while files travel.
"""

from pathlib import PurePosixPath

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import HttpRequest

from apps.accounts import addresses
from apps.accounts.characters import HIDDEN_IN_NAMES
from apps.accounts.models import Site, User
from apps.assets.images import pictures
from apps.assets.images.pictures import Picture
from apps.assets.models import Image

# What the names of stored files look like, and what serves only these.
NAME = r"assets/[0-9a-f]{2}/[0-9a-f]{64}\.(?:png|jpg|webp)"


def store(file: File, site: Site, user: User | None) -> Image:
    """Return the image of what the file shows, written anew; the one there is when the site has
    this picture already.

    Raises ValidationError, with words for the user, for what is no picture within the bounds
    (apps.assets.images.pictures). Not within a transaction: the row is there before the file is.
    """
    return keep(pictures.read(file), file.name, site, user)


def keep(picture: Picture, name: str | None, site: Site, user: User | None) -> Image:
    """Return the image of a picture that has been read; see `store`."""
    image, is_new = Image.objects.get_or_create(
        site=site,
        digest=picture.digest,
        defaults={
            "name": shown(name),
            "file": file_name(picture),
            "width": picture.width,
            "height": picture.height,
            "size": len(picture.data),
            "by": user,
        },
    )
    try:
        _write(image.file.name, picture.data)
    except BaseException:
        if is_new:
            image.delete()
        raise
    if not Image.objects.filter(pk=image.pk).exists():
        # Somebody deleted it just now; who brings it wants it.
        return keep(picture, name, site, user)
    return image


def file_name(picture: Picture) -> str:
    return f"assets/{picture.digest[:2]}/{picture.digest}.{picture.extension}"


def address(name: str, request: HttpRequest | None = None) -> str:
    """Return the absolute address of the stored file, which browsers of visitors fetch it from.
    Raises addresses.Unknown where nothing says it (apps.accounts.addresses)."""
    return addresses.absolute(default_storage.url(name), request)


def drop_file(name: str) -> None:
    """Delete the stored file unless a row names it."""
    if Image.objects.filter(file=name).exists() or not default_storage.exists(name):
        return
    with default_storage.open(name) as file:
        data = file.read()
    default_storage.delete(name)
    if Image.objects.filter(file=name).exists():
        # Uploaded once more in between, when the file was still there.
        _write(name, data)


def drop_file_after(image: Image) -> None:
    """Delete the file of an image whose row goes, once it is gone for good."""
    name = image.file.name
    transaction.on_commit(lambda: drop_file(name))


def _write(name: str, data: bytes) -> None:
    if default_storage.exists(name):
        return
    written = default_storage.save(name, ContentFile(data))
    if written != name:
        # Another was faster, with the same bytes.
        default_storage.delete(written)


def shown(name: str | None) -> str:
    """Return the name of an uploaded file as lists show it."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    return HIDDEN_IN_NAMES.sub("", last)[-150:] or "Picture"
