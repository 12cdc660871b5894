"""The list of an imported segment, from a file of external ids."""

import contextlib
from typing import Any

from django.db.models import ProtectedError

from apps.accounts import audit, keys
from apps.accounts.imports.contacts import EXTERNAL_ID
from apps.accounts.imports.kinds import (
    ImportFailed,
    Issue,
    Kind,
    Option,
    OptionsRefused,
    Row,
    Written,
    register,
)
from apps.accounts.models import Contact, Import, Site
from apps.segments.models import Member, Segment

UNKNOWN = "No contact of this site has this id."
ADD, REPLACE = "add", "replace"


def _segments() -> list[tuple[str, str]]:
    lists = Segment.objects.filter(kind=Segment.Kind.IMPORTED, status=Segment.Status.ACTIVE)
    rows = lists.order_by("name").values_list("pk", "name", "site__name")[:1000]
    return [("", "A new one"), *((str(pk), f"{name} ({site})") for pk, name, site in rows)]


@register
class Members(Kind):
    name = "members"
    label = "Members of a segment"
    description = (
        "A list of external ids becomes an imported segment; those that no contact has are listed."
    )
    fields = (EXTERNAL_ID,)
    models = (Member,)
    options = (
        Option(name="segment", label="Segment", type="choice", choices=_segments),
        Option(name="new_segment", label="Name of the new segment"),
        Option(
            name="mode",
            label="What is on its list already",
            type="choice",
            choices=lambda: [
                (ADD, "Stays: the file adds to it"),
                (REPLACE, "Is replaced: who is not in the file leaves the list at the end"),
            ],
        ),
    )

    permissions = ("segments.change_segment",)

    def take_options(self, site: Site, chosen: dict[str, Any], *, by: audit.By) -> dict[str, Any]:
        return {
            "segment": self._segment(site, chosen).pk,
            "is_new": not chosen.get("segment"),
            "mode": REPLACE if chosen.get("mode") == REPLACE else ADD,
        }

    def _segment(self, site: Site, chosen: dict[str, Any]) -> Segment:
        lists = Segment.objects.filter(site=site)
        number = str(chosen.get("segment") or "")
        if number:
            imported = lists.filter(kind=Segment.Kind.IMPORTED)
            found = imported.filter(pk=keys.read(number)).first()
            if found is None:
                raise OptionsRefused({"segment": "This site has no such imported segment."})
            return found
        name = (chosen.get("new_segment") or "").strip()
        if not name:
            raise OptionsRefused({"new_segment": "Name the new segment, or choose one above."})
        if len(name) > 150:
            raise OptionsRefused({"new_segment": "A name has at most 150 characters."})
        if lists.filter(name=name).exists():
            raise OptionsRefused({"new_segment": "This site has a segment of this name."})
        return Segment.objects.create(site=site, name=name, kind=Segment.Kind.IMPORTED)

    def begin(self, import_: Import) -> dict[str, Any]:
        """Note up to which member the list is the old one; it stays whole until the end."""
        last = Member.objects.order_by("-pk").values_list("pk", flat=True).first()
        return {"old_members": last or 0}

    def write(self, import_: Import, rows: list[Row]) -> Written:
        segment = import_.options["segment"]
        if not Segment.objects.filter(pk=segment).exists():
            raise ImportFailed("Its segment has been deleted.")
        ids = {row.values["external_id"] for row in rows}
        known = Contact.objects.order_by().filter(site=import_.site, external_id__in=ids)
        contacts = dict(known.values_list("external_id", "pk"))
        members = Member.objects.filter(segment=segment, contact__in=contacts.values())
        listed = set(members.order_by().values_list("contact", flat=True))
        written = Written()
        missing: dict[int, None] = {}
        for row in rows:
            external_id = row.values["external_id"]
            contact = contacts.get(external_id)
            if contact is None:
                written.issues.append(
                    Issue(row=row.number, field="external_id", message=UNKNOWN, value=external_id)
                )
            elif contact in listed or contact in missing:
                written.unchanged += 1
            else:
                missing[contact] = None
        if import_.options["mode"] == REPLACE:
            # Those who stay are written anew, so that what is left of the old list can go.
            old = members.filter(pk__lte=import_.options["old_members"])
            renewed = list(old.order_by().values_list("contact", flat=True))
            old.delete()
            missing |= dict.fromkeys(renewed)
            written.created -= len(renewed)
        Member.objects.bulk_create(
            [Member(segment_id=segment, contact_id=contact) for contact in missing],
            batch_size=1000,
            ignore_conflicts=True,
        )
        written.created += len(missing)
        return written

    def finish(self, import_: Import) -> str:
        if import_.options["mode"] != REPLACE:
            return ""
        left = Member.objects.filter(
            segment=import_.options["segment"], pk__lte=import_.options["old_members"]
        )
        number = left.delete()[0]
        return f"{number:,} who were not in the file have left the list." if number else ""

    def end(self, import_: Import) -> None:
        """Remove a segment made for an import that was thrown away before it ran."""
        if import_.options["is_new"] and import_.started_at is None:
            rows = Segment.objects.filter(pk=import_.options["segment"], members=None)
            with contextlib.suppress(ProtectedError):
                rows.delete()
