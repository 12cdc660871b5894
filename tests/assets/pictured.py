"""Assets that name uploaded pictures, and files that carry them."""

import base64
import io
import json

import PIL.Image
from django.core.files.storage import default_storage

from apps.assets import exchange
from apps.assets.images import storing
from apps.assets.models import Asset, Button, LabelTag, Variation
from tests.assets.drawing import a_photo, encoded
from tests.factories import a_file, a_popup, a_push, a_site

OLD, NEW = "https://old.example", "https://new.example"


def a_picture(site, data=None, name="sale.png"):
    return storing.store(a_file(data or encoded(a_photo((60, 40)), "PNG"), name), site, None)


def at(image, host=OLD):
    return f"{host}/media/{image.file.name}"


def everywhere(site, image):
    """A push that names the image in each place where an address can be."""
    push = a_push(
        site,
        name="Sale",
        status="draft",
        icon=at(image),
        image=f"/media/{image.file.name}",
        url=f"{at(image)}?from=push",
        data={"pictures": [{"large": at(image)}]},
    )
    Button.objects.create(asset=push, label="Look", icon=at(image))
    german = Variation.objects.create(
        asset=push, name="German", content={"badge": at(image)}, has_own_buttons=True
    )
    Button.objects.create(asset=push, variation=german, label="Da", url=at(image))
    return push


def carried(site):
    """The file as it is read elsewhere."""
    return exchange.read(exchange.text(Asset.objects.filter(site=site), by="Anna").encode())


def a_file_of(*pictures, **more):
    """The content of a file with a push for each picture (name, bytes or the text as it is
    written), whose icon it is; and the addresses."""
    site = a_site()
    for number, _ in enumerate(pictures):
        a_push(site, name=f"Push {number}", icon=address_of(number))
    data = json.loads(exchange.text(Asset.objects.filter(site=site), by="Anna"))
    data["images"] = {
        address_of(number): {
            "name": "sale.png",
            "data": each if isinstance(each, str) else base64.b64encode(each).decode(),
        }
        for number, each in enumerate(pictures)
    }
    return json.dumps({**data, **more}).encode()


def address_of(number):
    return f"{OLD}/media/assets/00/{number:064x}.png"


def pixels(name):
    with default_storage.open(name) as file:
        picture = PIL.Image.open(io.BytesIO(file.read()))
        return picture.size, picture.convert("RGBA").tobytes()


def a_banner(site, image):
    """A popup that shows the image by a label tag."""
    LabelTag.objects.create(site=site, name="banner", value=at(image))
    return a_popup(site, name="News", image="{{ label.banner }}")
