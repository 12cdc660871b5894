"""The habit of the Django world, measured on the same kind of file; run by hand, on a database
that may be filled. `imports.write` makes the file.

    python -m tests.benchmarks.django_import_export FILE SITE row|bulk

Prints the seconds that it took. It holds the file, its rows and a result for each of them in
memory, and rolls everything back when it is killed. Needs django-import-export, which the product
does not use.
"""

import os
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import tablib  # noqa: E402 - after the settings
from import_export import fields, resources  # noqa: E402

from apps.accounts.models import Contact, Site  # noqa: E402


class ContactResource(resources.ModelResource):
    external_id = fields.Field("external_id", "customer_id")

    class Meta:
        model = Contact
        fields = ("external_id", "language", "state")
        import_id_fields = ("external_id",)
        skip_unchanged = True
        batch_size = 1000

    def __init__(self, site, *, is_bulk):
        super().__init__()
        self.site = site
        self._meta.use_bulk = is_bulk
        self._meta.force_init_instance = is_bulk
        # Its way of bulk makes rows only, so that it is measured at its best: into an empty table.

    def before_save_instance(self, instance, row, **kwargs):
        instance.site = self.site
        instance.state = {
            "First name": row["First name"],
            "points": int(row["points"]),
            "member": row["member"] == "yes",
            "since": row["since"],
        }


def main():
    file, site, way = sys.argv[1:]
    begun = time.monotonic()
    dataset = tablib.Dataset().load(Path(file).read_text(), format="csv")
    resource = ContactResource(Site.objects.get(name=site), is_bulk=way == "bulk")
    resource.import_data(dataset, raise_errors=True, use_transactions=True)
    print(f"{time.monotonic() - begun:.2f}")


if __name__ == "__main__":
    main()
