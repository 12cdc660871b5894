import pytest
import requests

from .decryption import DecryptionError
from .messages import Status
from .sender import Sender


def code_of(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


class TestPost:
    def test_it_takes_what_pywebpush_sends_and_decrypts_it(self, service, sender, subscription):
        response = sender.send(subscription.to_json(), "grüße", ttl=3600)

        (message,) = service.messages(subscription.token)
        assert response.status_code == 201
        assert response.headers["TTL"] == "3600"
        assert response.headers["Location"] == f"{service.origin}/message/{message.id}"
        assert message.plaintext == "grüße".encode()
        assert (message.ttl, message.urgency, message.topic) == (3600, "normal", None)
        assert message.claims.aud == service.origin
        assert message.status is Status.DELIVERED
        assert [attempt.status for attempt in service.attempts()] == [201]

    def test_it_takes_a_message_without_a_body(self, service, sender, subscription):
        assert sender.post(subscription.endpoint).status_code == 201
        assert service.messages()[0].plaintext == b""

    def test_it_takes_a_body_of_4096_bytes_but_not_one_more(self, sender, subscription):
        assert sender.post(subscription.endpoint, bytes(4096)).status_code == 201
        assert code_of(sender.post(subscription.endpoint, bytes(4097))) == (413, "too_large")
        assert code_of(sender.post(subscription.endpoint, bytes(2**21))) == (413, "too_large")

    def test_it_takes_what_nobody_can_decrypt(self, service, sender, subscription):
        assert sender.post(subscription.endpoint, bytes(200)).status_code == 201
        with pytest.raises(DecryptionError):
            _ = service.messages()[0].plaintext

    def test_it_refuses_an_endpoint_it_never_handed_out(self, service, sender):
        assert code_of(sender.post(f"{service.origin}/push/other")) == (404, "no_subscription")

    def test_it_refuses_a_subscription_that_ended(self, service, sender, subscription):
        service.end(subscription)

        assert code_of(sender.post(subscription.endpoint)) == (410, "ended")
        assert service.messages(subscription.token) == []

    @pytest.mark.parametrize("value", [None, "Bearer t=1, k=2", "WebPush abc"])
    def test_it_refuses_to_be_called_without_vapid(self, sender, subscription, value):
        response = sender.post(subscription.endpoint, Authorization=value)

        assert code_of(response) == (401, "no_vapid")

    def test_it_needs_no_vapid_where_the_subscription_has_no_key(self, service, sender):
        subscription = service.subscribe()

        assert sender.post(subscription.endpoint, Authorization=None).status_code == 201
        assert sender.post(subscription.endpoint).status_code == 201

    def test_it_refuses_credentials_that_prove_nothing(self, sender, subscription):
        wrong = sender.authorization("https://other.example/push/1")

        response = sender.post(subscription.endpoint, Authorization=wrong)

        assert code_of(response) == (403, "bad_vapid")
        assert "aud" in response.json()["reason"]

    def test_it_refuses_another_key_than_the_subscription_s(self, service, subscription):
        assert code_of(Sender().post(subscription.endpoint)) == (403, "other_key")
        assert service.messages() == []

    @pytest.mark.parametrize("ttl", [None, "", "soon", "-1", "1.5"])
    def test_it_refuses_a_ttl_that_is_no_number(self, sender, subscription, ttl):
        assert code_of(sender.post(subscription.endpoint, TTL=ttl)) == (400, "bad_ttl")

    def test_it_lowers_a_ttl_above_thirty_days(self, sender, subscription):
        response = sender.post(subscription.endpoint, TTL="99999999")

        assert response.headers["TTL"] == str(30 * 24 * 3600)

    @pytest.mark.parametrize("value", [None, "aesgcm", "gzip"])
    def test_it_refuses_a_body_in_another_encoding(self, sender, subscription, value):
        response = sender.post(subscription.endpoint, b"x", Content_Encoding=value)

        assert code_of(response) == (400, "bad_encoding")

    @pytest.mark.parametrize("urgency", ["very-low", "low", "normal", "high"])
    def test_it_takes_every_urgency(self, service, sender, subscription, urgency):
        assert sender.post(subscription.endpoint, Urgency=urgency).status_code == 201
        assert service.messages()[0].urgency == urgency

    def test_it_refuses_another_urgency(self, sender, subscription):
        response = sender.post(subscription.endpoint, Urgency="urgent")

        assert code_of(response) == (400, "bad_urgency")

    @pytest.mark.parametrize("topic", ["", "a" * 33, "a b", "a/b", "a="])
    def test_it_refuses_a_topic_that_is_none(self, sender, subscription, topic):
        assert code_of(sender.post(subscription.endpoint, Topic=topic)) == (400, "bad_topic")

    def test_it_checks_in_the_order_of_the_table(self, service, sender, subscription):
        wrong = {"Authorization": None, "TTL": None, "Urgency": "x", "Topic": "?"}
        seen = []

        for fixed in ({}, {"Authorization": sender.authorization(subscription.endpoint)}):
            wrong |= fixed
            large = sender.post(subscription.endpoint, bytes(5000), **wrong)
            seen += [code_of(large), code_of(sender.post(subscription.endpoint, **wrong))]
        service.end(subscription)
        seen.append(code_of(sender.post(subscription.endpoint, bytes(5000), **wrong)))

        assert seen == [
            (413, "too_large"),
            (401, "no_vapid"),
            (413, "too_large"),
            (400, "bad_ttl"),
            (410, "ended"),
        ]


class TestWaiting:
    def test_it_keeps_messages_until_the_receiver_is_online(self, service, sender):
        subscription = service.subscribe(sender.application_server_key, is_online=False)
        sender.send(subscription.to_json(), "one")
        (message,) = service.messages()

        assert message.status is Status.WAITING
        service.connect(subscription)
        assert message.status is Status.DELIVERED

    def test_it_drops_a_message_without_time_to_live(self, service, sender):
        subscription = service.subscribe(sender.application_server_key, is_online=False)

        assert sender.post(subscription.endpoint, TTL="0").status_code == 201
        assert service.messages()[0].status is Status.EXPIRED

    def test_it_drops_a_message_whose_time_is_over(self, service, sender):
        subscription = service.subscribe(sender.application_server_key, is_online=False)
        sender.post(subscription.endpoint, TTL="60")
        (message,) = service.messages()

        message.received_at -= 61
        service.connect(subscription)

        assert message.status is Status.EXPIRED

    def test_it_replaces_a_waiting_message_of_the_same_topic(self, service, sender):
        subscription = service.subscribe(sender.application_server_key, is_online=False)
        other = service.subscribe(sender.application_server_key, is_online=False)
        for endpoint, topic in (
            (subscription.endpoint, "a"),
            (subscription.endpoint, "b"),
            (other.endpoint, "a"),
            (subscription.endpoint, None),
            (subscription.endpoint, "a"),
        ):
            sender.post(endpoint, Topic=topic)

        assert [message.status for message in service.messages()] == [
            Status.REPLACED,
            Status.WAITING,
            Status.WAITING,
            Status.WAITING,
            Status.WAITING,
        ]

    def test_it_deletes_a_message_that_waits(self, service, sender):
        subscription = service.subscribe(sender.application_server_key, is_online=False)
        location = sender.post(subscription.endpoint).headers["Location"]

        assert requests.delete(location, timeout=30).status_code == 204
        assert requests.delete(location, timeout=30).status_code == 404
        service.connect(subscription)
        assert service.message(location).status is Status.DELETED

    def test_it_deletes_no_message_that_was_delivered(self, sender, subscription):
        location = sender.post(subscription.endpoint).headers["Location"]

        assert code_of(requests.delete(location, timeout=30)) == (404, "no_message")

    def test_it_lets_a_test_wait_for_what_comes(self, service, subscription):
        with pytest.raises(TimeoutError):
            service.wait_for(lambda: service.messages(subscription.token), timeout=0.05)
