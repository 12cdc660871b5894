"""The server API of contacts; here because it says whether a browser of theirs is reached."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import external_ids, upserting
from apps.accounts.api import bulk
from apps.accounts.api.base import ServerView, validated
from apps.accounts.api.documentation import (
    CONTACT_EXAMPLES,
    CONTACTS_EXAMPLES,
    EXTERNAL_ID,
    NOT_FOUND,
    answers,
)
from apps.accounts.api.paths import is_part_of_id
from apps.accounts.api.serializers import (
    ContactFieldsIn,
    ContactItemIn,
    ContactsIn,
    ContactsOut,
    ExportOut,
)
from apps.accounts.models import ApiKey, Contact
from apps.accounts.privacy import persons
from apps.devices.api.server.serializers import ContactDetailOut

READ, WRITE = ApiKey.Scope.CONTACTS_READ, ApiKey.Scope.CONTACTS_WRITE


class OneContactView(ServerView):
    def contact(self, external_id: str) -> Contact:
        """Return the site's contact of this id; answers 404 when there is none."""
        found = None
        if not external_ids.problem(external_id):
            found = Contact.objects.filter(site=self.site, external_id=external_id).first()
        if found is None:
            raise NotFound("This site knows no contact of this id.")
        return found


class ContactView(OneContactView):
    scopes = {"GET": READ, "PUT": WRITE, "DELETE": WRITE}

    @extend_schema(
        operation_id="get_contact",
        parameters=[EXTERNAL_ID],
        responses=answers({200: ContactDetailOut, 404: NOT_FOUND}),
        tags=["contacts"],
    )
    def get(self, request: Request, external_id: str) -> Response:
        """Return what is known of a contact, and whether a push reaches them, or why not."""
        return Response(ContactDetailOut(self.contact(external_id)).data)

    @extend_schema(
        operation_id="put_contact",
        parameters=[EXTERNAL_ID],
        request=ContactFieldsIn,
        responses=answers(
            {
                200: OpenApiResponse(ContactDetailOut, "The contact as it is now."),
                201: OpenApiResponse(ContactDetailOut, "The contact was made."),
                400: OpenApiResponse(dict[str, list[str]], "What is wrong, by field."),
            }
        ),
        examples=CONTACT_EXAMPLES,
        tags=["contacts"],
    )
    @transaction.atomic
    def put(self, request: Request, external_id: str) -> Response:
        """Make a contact, or change what is sent of one; the rest stays."""
        item = upserting.ContactItem(external_id=external_id, **validated(ContactFieldsIn, request))
        result = upserting.upsert_many(self.site, [item])
        if result.refused:
            raise ValidationError({field: [message] for _, field, message in result.refused})
        now = ContactDetailOut(self.contact(external_id)).data
        return Response(now, status=201 if result.created else 200)

    @extend_schema(
        operation_id="erase_contact",
        parameters=[EXTERNAL_ID],
        responses=answers(
            {204: OpenApiResponse(None, "Nothing of the person is left."), 404: NOT_FOUND}
        ),
        tags=["contacts"],
    )
    def delete(self, request: Request, external_id: str) -> Response:
        """Erase a person for good: state, events, devices, messages, journeys.

        A later visit or import under the same id makes no contact, unless the site takes erased
        people back. Erasing one who was erased before is no error.
        """
        try:
            persons.erase(self.contact(external_id), by=self.key)
        except (NotFound, Contact.DoesNotExist):
            if external_ids.problem(external_id) or not persons.is_erased(self.site, external_id):
                raise NotFound("This site knows no contact of this id.") from None
        return Response(status=204)


class ExportView(OneContactView):
    scopes = {"GET": READ}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_part_of_id(request, "/export"):
            kwargs["external_id"] += "/export"
            return ContactView.as_view()(request, *args, **kwargs)
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(
        operation_id="export_contact",
        parameters=[EXTERNAL_ID],
        responses=answers({200: ExportOut, 404: NOT_FOUND}),
        tags=["contacts"],
    )
    def get(self, request: Request, external_id: str) -> Response:
        """Return everything that is stored of a person, for them to have; audited."""
        return Response(persons.export(self.contact(external_id), by=self.key))


class ContactsView(ServerView):
    scopes = {"POST": WRITE}

    @extend_schema(
        operation_id="upsert_contacts",
        request=ContactsIn,
        responses=answers({200: ContactsOut, 400: ContactsOut}),
        examples=CONTACTS_EXAMPLES,
        tags=["contacts"],
    )
    @transaction.atomic
    def post(self, request: Request) -> Response:
        """Make or change 1 to 1,000 contacts; what is wrong with one stops only that one.

        Of several items for one contact each is applied, so the last one wins.
        """
        given = validated(ContactsIn, request)
        checked = bulk.check(given["contacts"], ContactItemIn)
        items = [upserting.ContactItem(**item) for item in checked.fine.values()]
        result = upserting.upsert_many(self.site, items)
        counts = {name: getattr(result, name) for name in ("created", "updated", "unchanged")}
        return bulk.answer(counts, checked.with_refused(result.refused))
