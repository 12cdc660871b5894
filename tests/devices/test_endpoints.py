import pytest

from apps.devices import endpoints


class TestCheck:
    @pytest.mark.parametrize(
        ("endpoint", "origin"),
        [
            ("https://fcm.googleapis.com/fcm/send/abc", "https://fcm.googleapis.com"),
            (
                "https://updates.push.services.mozilla.com/wpush/v2/abc",
                "https://updates.push.services.mozilla.com",
            ),
            ("https://wns2-par02p.notify.windows.com/w/?token=1", None),
            ("https://web.push.apple.com/QGuQ", "https://web.push.apple.com"),
            ("https://fcm.googleapis.com:443/fcm/send/abc", "https://fcm.googleapis.com"),
        ],
    )
    def test_it_returns_the_origin_of_a_known_push_service(self, endpoint, origin):
        assert endpoints.check(endpoint) == (origin or "https://wns2-par02p.notify.windows.com")

    @pytest.mark.parametrize(
        "endpoint",
        [
            "http://fcm.googleapis.com/fcm/send/abc",
            "https://fcm.googleapis.com:8443/fcm/send/abc",
            "https://fcm.googleapis.com.evil.example/",
            "https://evilfcm.googleapis.com.example/",
            "https://notfcm-googleapis.com/",
            "https://user@fcm.googleapis.com/",
            "https://fcm.googleapis.com@evil.example/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://169.254.169.254/latest/meta-data",
            "http://127.0.0.1:8002/push/abc",
            "https://fcm.googleapis.com:port/",
            "https://[broken/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "//fcm.googleapis.com/",
            "",
            "https://fcm.googleapis.com/" + "a" * 2000,
        ],
    )
    def test_it_refuses_everything_else(self, endpoint):
        with pytest.raises(endpoints.EndpointRefused):
            endpoints.check(endpoint)

    def test_it_allows_what_the_operator_listed(self, settings):
        settings.PUSH_HOSTS = ["http://127.0.0.1:8002"]

        assert endpoints.check("http://127.0.0.1:8002/push/abc") == "http://127.0.0.1:8002"

    @pytest.mark.parametrize(
        "endpoint", ["http://127.0.0.1:8003/push", "http://127.0.0.1/", "http://u@127.0.0.1:8002/"]
    )
    def test_it_allows_no_neighbour_of_it(self, endpoint, settings):
        settings.PUSH_HOSTS = ["http://127.0.0.1:8002"]

        with pytest.raises(endpoints.EndpointRefused):
            endpoints.check(endpoint)
