import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests


class TestFaults:
    @pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 429, 500, 502, 503])
    def test_it_answers_with_a_status_once(self, service, sender, subscription, status):
        service.fail(status)

        assert sender.post(subscription.endpoint).json()["code"] == "fault"
        assert sender.post(subscription.endpoint).status_code == 201
        assert [attempt.status for attempt in service.attempts()] == [status, 201]
        assert len(service.messages()) == 1

    def test_it_fails_as_often_as_it_is_asked_to(self, service, sender, subscription):
        service.fail(500, times=2)
        service.fail(503, times=1)

        codes = [sender.post(subscription.endpoint).status_code for _ in range(4)]

        assert codes == [500, 500, 503, 201]

    def test_it_fails_until_it_recovers(self, service, sender, subscription):
        service.fail(503, times=None)
        codes = [sender.post(subscription.endpoint).status_code for _ in range(3)]
        service.recover()

        assert [*codes, sender.post(subscription.endpoint).status_code] == [503, 503, 503, 201]

    def test_it_fails_for_one_subscription_alone(self, service, sender, subscription):
        other = service.subscribe(sender.application_server_key)
        service.fail(500, times=None)
        service.fail(410, token=subscription.token)

        assert sender.post(subscription.endpoint).status_code == 410
        assert sender.post(subscription.endpoint).status_code == 500
        assert sender.post(other.endpoint).status_code == 500

    @pytest.mark.parametrize(("probability", "status"), [(0.0, 201), (1.0, 500)])
    def test_it_fails_by_chance(self, service, sender, subscription, probability, status):
        service.fail(500, times=None, probability=probability)

        assert sender.post(subscription.endpoint).status_code == status

    def test_it_says_when_to_come_again_in_seconds(self, service, sender, subscription):
        service.fail(429, retry_after=120)

        assert sender.post(subscription.endpoint).headers["Retry-After"] == "120"

    def test_it_says_when_to_come_again_as_a_date(self, service, sender, subscription):
        moment = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
        service.fail(503, retry_after=moment)

        value = sender.post(subscription.endpoint).headers["Retry-After"]

        assert value.endswith("GMT")
        assert parsedate_to_datetime(value) == moment

    def test_it_sends_a_sender_elsewhere(self, service, sender, subscription):
        service.fail(307, headers={"Location": "/elsewhere"}, body="gone fishing")

        response = requests.post(subscription.endpoint, allow_redirects=False, timeout=30)

        assert response.headers["Location"] == "/elsewhere"
        assert response.text == "gone fishing"

    def test_it_answers_slowly(self, service, sender, subscription):
        service.fail("slow", seconds=0.3)
        started = time.monotonic()

        assert sender.post(subscription.endpoint).status_code == 201
        assert time.monotonic() - started >= 0.3

    @pytest.mark.parametrize("kind", ["hang_up", "reset"])
    def test_it_closes_the_connection(self, service, sender, subscription, kind):
        service.fail(kind)

        with pytest.raises(requests.ConnectionError):
            sender.post(subscription.endpoint, b"x")
        assert [attempt.status for attempt in service.attempts()] == [0]
        assert service.messages() == []

    def test_it_takes_a_message_and_loses_the_answer(self, service, sender, subscription):
        service.fail("lose_answer")

        with pytest.raises(requests.ConnectionError):
            sender.send(subscription.to_json(), "once")
        assert [message.plaintext for message in service.messages()] == [b"once"]

    def test_it_knows_no_other_kind(self, service):
        with pytest.raises(ValueError, match="unknown kind"):
            service.fail("sulk")
