from rest_framework.test import APIClient

from apps.accounts.models import Contact, Event
from tests.factories import a_site, a_token


class System:
    """A site's own system, as it calls the server API with its key."""

    def __init__(self, site=None, *scopes):
        self.site, self.client = site or a_site(), APIClient()
        self.token = a_token(self.site, *scopes)

    def call(self, method, path, data=None, **headers):
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        headers = {name: value for name, value in headers.items() if value is not None}
        call = getattr(self.client, method)
        return call(f"/api/v1/{path}", data, format="json", headers=headers)

    def send(self, path, text, method="post", content_type="application/json"):
        """Send a body just as it is."""
        return getattr(self.client, method)(
            f"/api/v1/{path}",
            text.encode() if isinstance(text, str) else text,
            content_type=content_type,
            headers={"Authorization": f"Bearer {self.token}"},
        )


def nothing_was_written():
    """Whether there is only the fixture `anna`, as she was."""
    return (
        list(Contact.objects.values_list("external_id", "state")) == [("anna", {"plan": "gold"})]
        and not Event.objects.exists()
    )
