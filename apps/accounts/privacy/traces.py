"""Where a person is named beside what belongs to them: reports of imports, the admin's history."""

import re

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from apps.accounts.models import Contact, ImportIssue

AT_ONCE = 500


def forget(contact: Contact) -> None:
    """Remove the contact's external id from texts, and the history of their page."""
    of_contacts = ContentType.objects.get_for_model(Contact)
    LogEntry.objects.filter(content_type=of_contacts, object_id=str(contact.pk)).delete()
    if contact.external_id:
        _blank_issues(contact)


def _blank_issues(contact: Contact) -> None:
    # The id as a word: that of “7” is in no “17”.
    named = re.compile(rf"(?<!\w){re.escape(contact.external_id)}(?!\w)")
    maybe = ImportIssue.objects.filter(
        Q(value__contains=contact.external_id) | Q(message__contains=contact.external_id),
        import_run__site=contact.site_id,
    )
    changed = []
    for issue in maybe.order_by().iterator():
        if named.search(issue.value) or named.search(issue.message):
            issue.value, issue.message = "", named.sub("…", issue.message)
            changed.append(issue)
    ImportIssue.objects.bulk_update(changed, ["value", "message"], batch_size=AT_ONCE)
