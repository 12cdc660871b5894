"""What the commands for the rights of one person share: saying which person."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts import keys
from apps.accounts.models import Contact, Site


def found_site(name: str) -> Site:
    """Return the site of this name or number; raises CommandError when there is none."""
    site = Site.objects.filter(name=name).first()
    if site is None:
        site = Site.objects.filter(pk=keys.read(name)).first()
    if site is None:
        raise CommandError(f"There is no site “{name}”.")
    return site


class PersonCommand(BaseCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", required=True, help="the site’s name, or its number")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--external-id", help="as the site calls the contact")
        which.add_argument("--contact", type=int, help="the number that the back office shows")

    def contact(self, options: dict[str, Any]) -> Contact:
        """Return the contact that the options name; raises CommandError when there is none."""
        contacts = Contact.objects.select_related("site").filter(site=found_site(options["site"]))
        if options["external_id"] is not None:
            contacts = contacts.filter(external_id=options["external_id"])
        else:
            contacts = contacts.filter(pk=options["contact"])
        contact = contacts.first()
        if contact is None:
            raise CommandError("This site has no such contact.")
        return contact
