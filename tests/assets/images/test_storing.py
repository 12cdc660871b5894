import threading
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import transaction

from apps.accounts.models import Site
from apps.assets.images import storing
from apps.assets.models import Image
from tests.assets.drawing import HOSTILE, a_jpeg, a_png
from tests.factories import a_file, a_site, a_user
from tests.races import Meanwhile, on_postgresql


def store(data, site, name="sale.png", user=None):
    return storing.store(a_file(data, name), site, user)


class NoRoom(FileSystemStorage):
    """A disk that is full."""

    def _save(self, name, content):
        raise OSError("No space left on device")


class SlowToDelete(FileSystemStorage):
    """Somebody else uploads the same picture just before the file goes."""

    def delete(self, name):
        store(a_png(), Site.objects.get())
        super().delete(name)


def use_storage(settings, kind):
    backend = {"BACKEND": f"{__name__}.{kind.__name__}"}
    settings.STORAGES = {**settings.STORAGES, "default": backend}


@pytest.mark.django_db
class TestStoring:
    def test_it_stores_the_picture_under_what_it_holds(self, stored):
        site, user = a_site(), a_user()

        image = store(a_png(), site, "summer/Sale.png", user)

        name = f"assets/{image.digest[:2]}/{image.digest}.png"
        assert (image.name, image.file.name, image.by) == ("Sale.png", name, user)
        assert (image.width, image.height) == (300, 200)
        assert image.size == default_storage.size(name)
        assert stored() == [name]
        assert image.file.url == f"/media/{name}"

    def test_it_goes_by_what_a_file_is_and_not_by_its_name(self, stored):
        assert store(a_jpeg(), a_site(), "sale.png").file.name.endswith(".jpg")

    def test_the_same_picture_is_stored_once(self, stored):
        site = a_site()

        first, again = store(a_png(), site), store(a_png(), site, "other.png")

        assert first == again and again.name == "sale.png"
        assert len(stored()) == 1

    def test_sites_have_rows_of_their_own_and_share_the_file(self, stored):
        one, other = store(a_png(), a_site()), store(a_png(), a_site())

        assert one != other and one.file.name == other.file.name
        assert len(stored()) == 1

    def test_a_file_that_was_lost_is_there_again(self, stored):
        site = a_site()
        default_storage.delete(store(a_png(), site).file.name)

        store(a_png(), site)

        assert len(stored()) == 1

    @pytest.mark.parametrize("what", HOSTILE)
    def test_what_is_refused_leaves_nothing(self, stored, what):
        site = a_site()

        with pytest.raises(ValidationError):
            store(HOSTILE[what], site)

        assert not Image.objects.exists() and stored() == []

    def test_where_the_file_cannot_be_stored_there_is_no_row(self, stored, settings):
        use_storage(settings, NoRoom)

        with pytest.raises(OSError, match="No space"):
            store(a_png(), a_site())

        assert not Image.objects.exists() and stored() == []

    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ("C:\\pictures\\sale.png", "sale.png"),
            ("../../etc/passwd", "passwd"),
            ("a\x00b\u202egnp.exe", "abgnp.exe"),
            ("x" * 300 + ".png", "x" * 146 + ".png"),
            ("", "Picture"),
        ],
    )
    def test_its_name_is_only_ever_shown(self, stored, given, shown):
        assert store(a_png(), a_site(), given).name == shown


@pytest.fixture
def deleted(django_capture_on_commit_callbacks):
    """Delete rows for good."""

    def delete(rows):
        with django_capture_on_commit_callbacks(execute=True):
            rows.delete()

    return delete


@pytest.mark.django_db
class TestDeleting:
    def test_the_file_goes_with_the_last_row_that_names_it(self, stored, deleted):
        one, other = store(a_png(), a_site()), store(a_png(), a_site())

        deleted(one)
        assert len(stored()) == 1
        deleted(other)
        assert stored() == []

    def test_the_file_stays_when_the_row_does(self, stored, django_capture_on_commit_callbacks):
        image = store(a_png(), a_site())

        with (
            django_capture_on_commit_callbacks(execute=True),
            suppress(ZeroDivisionError),
            transaction.atomic(),
        ):
            image.delete()
            1 / 0  # noqa: B018

        assert Image.objects.count() == len(stored()) == 1

    def test_several_go_at_once(self, stored, deleted):
        site = a_site()
        store(a_png(), site), store(a_jpeg(), site)

        deleted(Image.objects.all())

        assert stored() == []

    def test_a_file_that_is_gone_already_keeps_no_row(self, stored, deleted):
        image = store(a_png(), a_site())
        default_storage.delete(image.file.name)

        deleted(image)

        assert not Image.objects.exists()

    def test_deleted_while_it_is_uploaded_again_it_is_there_all_the_same(
        self, stored, deleted, monkeypatch
    ):
        site = a_site()
        image, write = store(a_png(), site), storing._write

        def write_after_it_is_gone(*args):
            monkeypatch.setattr(storing, "_write", write)
            deleted(image)
            assert stored() == []
            write(*args)

        monkeypatch.setattr(storing, "_write", write_after_it_is_gone)
        again = store(a_png(), site, "again.png")

        assert Image.objects.get() == again
        assert stored() == [again.file.name]

    def test_uploaded_again_meanwhile_it_keeps_its_file(self, stored, deleted, settings):
        use_storage(settings, SlowToDelete)

        deleted(store(a_png(), a_site()))

        assert Image.objects.count() == len(stored()) == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_the_same_picture_of_one_site_gives_one_image(self, stored):
        site, together = a_site(), threading.Barrier(8)

        def act():
            together.wait(30)
            store(a_png(size=(900, 900)), site)

        for each in [Meanwhile(act) for _ in range(8)]:
            each.ends()

        image = Image.objects.get()
        assert stored() == [image.file.name]
        assert image.size == default_storage.size(image.file.name)

    def test_an_image_never_stays_without_its_file(self, stored):
        site = a_site()
        for _ in range(10):
            together = threading.Barrier(2)
            image = store(a_png(), site)

            def upload(together=together):
                together.wait(30)
                store(a_png(), site)

            def delete(together=together, image=image):
                together.wait(30)
                image.delete()

            for each in [Meanwhile(upload), Meanwhile(delete)]:
                each.ends()

            assert [row.file.name for row in Image.objects.all()] == stored()
