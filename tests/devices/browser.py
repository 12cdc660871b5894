from rest_framework.test import APIClient

from tests.factories import FIREFOX, ORIGIN


class Browser:
    """A visitor's browser as the script makes it speak."""

    def __init__(self, site, origin=ORIGIN):
        self.site, self.client = site, APIClient()
        self.headers = {"X-Pushdesk-Site": site.public_key, "User-Agent": FIREFOX}
        if origin:
            self.headers["Origin"] = origin

    def call(self, method, path, data=None):
        return getattr(self.client, method)(
            f"/api/client/v1/{path}", data, format="json", headers=self.headers
        )

    def open(self, push_status="ask"):
        answer = self.call("post", "sessions", {"push_status": push_status}).json()
        device = answer["device"]
        if "secret" in device:
            self.headers["Authorization"] = f"Device {device['id']}:{device['secret']}"
        return answer
