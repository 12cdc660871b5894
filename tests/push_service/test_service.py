import re
import subprocess
import sys

import pytest
import requests

from . import PushService
from .messages import Status
from .sender import Sender
from .subscriptions import Subscription


class TestPushService:
    def test_it_keeps_its_ports_and_its_state_over_a_restart(self, sender):
        with PushService() as service:
            subscription: Subscription = service.subscribe(sender.application_server_key)
            ports = service.port, service.mcs_port
            service.stop()

            with pytest.raises(requests.ConnectionError):
                sender.post(subscription.endpoint)
            service.start()

            assert (service.port, service.mcs_port) == ports
            assert sender.post(subscription.endpoint).status_code == 201

    def test_it_refuses_a_key_of_another_length(self, service):
        with pytest.raises(ValueError, match="65 bytes"):
            service.subscribe("AAAA")


class TestControl:
    def subscribe(self, service: PushService, sender: Sender, **wish: object) -> dict:
        wish = {"applicationServerKey": sender.application_server_key} | wish
        url = f"{service.origin}/control/subscriptions"
        return requests.post(url, json=wish, timeout=30).json()["subscriptions"]

    def get(self, service: PushService, path: str, **query: str) -> dict:
        return requests.get(f"{service.origin}/control/{path}", params=query, timeout=30).json()

    def test_it_subscribes_and_shows_messages(self, service, sender):
        first, second = self.subscribe(service, sender, count=2)
        for entry, text in ((first, "one"), (second, "two")):
            sender.send({"endpoint": entry["endpoint"], "keys": entry["keys"]}, text)

        (message,) = self.get(service, "messages", token=second["token"])["messages"]

        assert (message["text"], message["plaintext"]) == ("two", "dHdv")
        assert (message["ttl"], message["status"]) == (60, "delivered")
        assert message["claims"]["aud"] == service.origin
        assert len(self.get(service, "messages")["messages"]) == 2
        assert self.get(service, "attempts", token=first["token"])["attempts"][0]["status"] == 201

    def test_it_lists_and_ends_subscriptions(self, service, sender):
        (entry,) = self.subscribe(service, sender)
        url = f"{service.origin}/control/subscriptions/{entry['token']}"

        requests.delete(url, timeout=30)

        listed = self.get(service, "subscriptions")["subscriptions"]
        assert [e["ended"] for e in listed if e["token"] == entry["token"]] == ["ended by the test"]
        assert sender.post(entry["endpoint"]).status_code == 410

    def test_it_takes_a_receiver_online(self, service, sender):
        (entry,) = self.subscribe(service, sender, online=False)
        sender.post(entry["endpoint"])
        url = f"{service.origin}/control/subscriptions/{entry['token']}"

        requests.patch(url, json={"online": True}, timeout=30)

        assert service.messages()[0].status is Status.DELIVERED

    def test_it_says_what_it_cannot_decrypt(self, service, sender, subscription):
        sender.post(subscription.endpoint, bytes(200))

        (message,) = self.get(service, "messages")["messages"]

        assert message["plaintext"] is None
        assert message["undecryptable"] == "record size is below 18"

    def test_it_fails_on_demand(self, service, sender, subscription):
        url = f"{service.origin}/control/faults"
        fault = {"kind": 429, "token": subscription.token, "retry_after": "2030-01-01T00:00:00Z"}
        requests.post(url, json=fault | {"times": None}, timeout=30)

        response = sender.post(subscription.endpoint)

        assert response.headers["Retry-After"] == "Tue, 01 Jan 2030 00:00:00 GMT"
        assert self.get(service, "faults")["faults"][0]["kind"] == 429
        requests.delete(url, timeout=30)
        assert sender.post(subscription.endpoint).status_code == 201

    def test_it_refuses_a_fault_it_does_not_know(self, service):
        url = f"{service.origin}/control/faults"

        assert requests.post(url, json={"kind": "sulk"}, timeout=30).status_code == 400
        assert requests.post(url, json={"sort": 500}, timeout=30).status_code == 400
        assert service.exchange.faults.rules == []

    def test_it_tells_where_browsers_connect_to(self, service):
        addresses = self.get(service, "")

        assert addresses["websocket_url"] == service.websocket_url
        assert addresses["mcs_url"] == service.mcs_url


class TestCommand:
    def test_it_serves_until_it_is_told_to_end(self):
        command = [sys.executable, "-m", "tests.push_service", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            origin = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]

            answer = requests.get(f"{origin}/control/subscriptions", timeout=30)
            process.terminate()

            assert answer.json() == {"subscriptions": []}
            assert process.wait(30) == 0
