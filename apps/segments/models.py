from django.db import models

from apps.accounts.characters import check_name
from apps.accounts.models import Contact, Site
from apps.segments.rules import grammar


class Segment(models.Model):
    """Which contacts: those of the site who meet a rule at the moment of asking, or who are on
    an imported list."""

    class Kind(models.TextChoices):
        RULE = "rule", "Rule: whoever meets it now"
        IMPORTED = "imported", "Imported: a list of external ids from a file"

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"

    site = models.ForeignKey(Site, models.CASCADE, related_name="segments")
    name = models.CharField(max_length=150, validators=[check_name])
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.RULE)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE, editable=False)
    rule = models.JSONField(default=dict, blank=True, validators=[grammar.check])
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="segment_name_once_per_site")
        ]

    def __str__(self) -> str:
        return self.name


class MemberQuerySet(models.QuerySet["Member"]):
    def move_to_contact(self, old: Contact, new: Contact) -> None:
        """Put the known contact on the lists of the anonymous one (apps.accounts.contacts)."""
        already = Member.objects.filter(contact=new).values("segment")
        self.filter(contact=old).exclude(segment__in=already).update(contact=new)


class Member(models.Model):
    """A contact on an imported segment's list."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="members")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="memberships")

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["segment", "contact"], name="segment_member_once")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.segment_id}"
