"""The client API of a browser: its visit, its subscription, who uses it, what they do."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle

from apps.accounts import contacts, events, identity_hash
from apps.accounts.api.base import validated
from apps.accounts.models import Contact, PushStatus
from apps.devices import arrivals, consent, identity, keys, sessions, subscriptions
from apps.devices.api.base import ClientThrottle, ClientView
from apps.devices.api.serializers import (
    ContactStateOut,
    EventIn,
    IdentifyIn,
    SessionIn,
    SessionOut,
    SubscriptionIn,
)
from apps.devices.user_agents import read


class NewDeviceThrottle(AnonRateThrottle):
    """Each call without a device makes a contact: far fewer of them."""

    scope = "new_device"

    def allow_request(self, request: Request, view: ClientView) -> bool:
        return request.auth is not None or super().allow_request(request, view)


def stored_language(tag: str) -> str:
    """Keep language, script and region of a tag such as `zh-Hant-TW`, not its extensions."""
    return tag[:10]


def contact_state(contact: Contact) -> dict[str, Any]:
    return {
        "contact": {"external_id": contact.external_id},
        "opted_out": contact.has_opted_out,
    }


class SessionsView(ClientView):
    needs_device = False
    throttle_classes = [ClientThrottle, NewDeviceThrottle]

    @extend_schema(request=SessionIn, responses=SessionOut, tags=["client"])
    @transaction.atomic
    def post(self, request: Request) -> Response:
        """Open a visit, or keep the running one alive, with the push status of this moment."""
        given = validated(SessionIn, request)
        report = sessions.Report(
            push_status=PushStatus(given["push_status"]),
            browser=read(request.headers.get("User-Agent", "")),
            language=stored_language(given["languages"][0]) if given["languages"] else "",
            time_zone=given["time_zone"],
            url=given["url"],
        )
        key = keys.current(self.site)
        opened = sessions.open_session(self.site, request.auth, report)
        device = {"id": opened.device.uid}
        if opened.secret:
            device["secret"] = opened.secret
        answer = {
            "device": device,
            "session": {"id": opened.session.pk, "is_new": opened.is_new},
            **contact_state(opened.device.contact),
            "vapid_key": key.public_key,
            "old_vapid_keys": keys.older(self.site, than=key),
            "subscribed": opened.device.subscriptions.live().filter(key=key).exists(),
        }
        return Response(SessionOut(answer).data)


class SubscriptionView(ClientView):
    @extend_schema(request=SubscriptionIn, responses={200: None}, tags=["client"])
    def put(self, request: Request) -> Response:
        """Store this browser's subscription; it replaces the one it had."""
        given = validated(SubscriptionIn, request)
        new = subscriptions.NewSubscription(
            endpoint=given["endpoint"],
            vapid_key=given["vapid_key"],
            old_endpoint=given["old_endpoint"],
            **given["keys"],
        )
        try:
            arrivals.bring(self.device, new, opted_in=given["opted_in"])
        except subscriptions.SubscriptionRefused as error:
            raise serializers.ValidationError({error.field: [str(error)]}) from error
        except subscriptions.SubscriptionGone:
            return Response({"detail": "The push service has ended this one."}, status=410)
        return Response({"live": True})

    @extend_schema(responses={204: None}, tags=["client"])
    def delete(self, request: Request) -> Response:
        """Opt the contact out of push and end this browser's subscription: they said so here."""
        consent.unsubscribe(self.device)
        return Response(status=204)


class IdentifyView(ClientView):
    @extend_schema(request=IdentifyIn, responses=ContactStateOut, tags=["client"])
    def post(self, request: Request) -> Response:
        """Say that a contact known to the site has logged in on this browser."""
        given = validated(IdentifyIn, request)
        try:
            contact = identity.identify(
                self.device,
                given["external_id"],
                proof=given["hash"],
                state=given["state"],
                language=stored_language(given["language"]),
            )
        except identity_hash.IdentityRefused as error:
            refused = {"code": "identity_refused", "detail": str(error)}
            raise PermissionDenied(refused) from error
        except contacts.StateTooLarge as error:
            raise serializers.ValidationError({"state": [str(error)]}) from error
        return Response(contact_state(contact))


class LogoutView(ClientView):
    @extend_schema(request=None, responses=ContactStateOut, tags=["client"])
    def post(self, request: Request) -> Response:
        """Say that the contact has logged out: the browser is an anonymous visitor's again."""
        return Response(contact_state(identity.logout(self.device)))


class EventsView(ClientView):
    @extend_schema(request=EventIn, responses={202: None}, tags=["client"])
    @transaction.atomic
    def post(self, request: Request) -> Response:
        """Track something that the contact did."""
        given = validated(EventIn, request)
        sessions.sign_of_life(self.device)
        event = events.NewEvent(
            contact=self.device.contact,
            name=given["name"],
            properties=given["properties"],
            # Under the device, so that nobody can take the ids of others away.
            key=f"{self.device.pk}:{given['id']}" if "id" in given else None,
        )
        try:
            events.track_many([event])
        except events.UnknownEventName as error:
            raise serializers.ValidationError({"name": [str(error)]}) from error
        return Response(status=202)
