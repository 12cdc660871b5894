"""Contacts from a file: who they are, and what the site knows of them."""

from dataclasses import replace

from apps.accounts import upserting
from apps.accounts.imports.kinds import Field, Issue, Kind, Row, Written, register
from apps.accounts.models import Contact, Import

EXTERNAL_ID = Field(
    name="external_id",
    label="External id",
    help="The id under which your own systems know the person.",
    required=True,
    aliases=(
        "externalid",
        "external_user_id",
        "user_ext_id",
        "user_id",
        "userid",
        "customer_id",
        "customerid",
        "contact_id",
        "profile_id",
        "identity",
        "id",
    ),
)
LANGUAGE = Field(
    name="language",
    label="Language",
    help="A code such as en or pt-BR.",
    max_length=10,
    aliases=("lang", "locale", "language_code"),
)
TIME_ZONE = Field(
    name="time_zone",
    label="Time zone",
    help="A name such as Europe/Berlin.",
    type="time_zone",
    aliases=("timezone", "tz", "timezone_id", "time_zone_name"),
)


@register
class Contacts(Kind):
    name = "contacts"
    label = "Contacts"
    description = "People with the id that your own systems give them, and what you know of them."
    fields = (
        EXTERNAL_ID,
        LANGUAGE,
        TIME_ZONE,
        Field(
            name="push_disabled_by_platform",
            label="Opted out by the platform",
            help="Yes: no push reaches this person, whatever their browser allows.",
            type="yes_no",
            aliases=("push_opt_out", "opted_out", "push_disabled"),
        ),
    )
    ignored = (
        "push_status",
        "is_reachable",
        "reachable",
        "unsubscribed_at",
        "created_at",
        "last_seen_at",
    )
    takes_properties = True
    models = (Contact,)

    def write(self, import_: Import, rows: list[Row]) -> Written:
        items: dict[str, upserting.ContactItem] = {}
        numbers: list[int] = []
        for row in rows:
            item = upserting.ContactItem(state=row.state, **row.values)
            before = items.get(item.external_id)
            # Of rows about one person the later one counts, and what only the earlier one says.
            items[item.external_id] = _joined(before, item) if before else item
            if not before:
                numbers.append(row.number)
        result = upserting.upsert_many(import_.site, list(items.values()))
        values = list(items)
        return Written(
            created=result.created,
            updated=result.updated,
            unchanged=result.unchanged + len(rows) - len(items),
            issues=[
                Issue(row=numbers[index], field=field, message=message, value=values[index])
                for index, field, message in result.refused
            ],
        )


def _joined(before: upserting.ContactItem, after: upserting.ContactItem) -> upserting.ContactItem:
    said = {
        name: getattr(after, name)
        for name in ("language", "time_zone", "push_disabled_by_platform")
        if getattr(after, name) is not None
    }
    return replace(before, state={**(before.state or {}), **(after.state or {})}, **said)
