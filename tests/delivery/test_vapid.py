import time

import pytest

from apps.delivery import vapid
from tests.factories import a_site
from tests.push_service.vapid import verify

pytestmark = pytest.mark.django_db

FCM = "https://fcm.googleapis.com"
ME = "mailto:web@shop.example"


@pytest.fixture
def key():
    return a_site().vapid_keys.get()


class TestAuthorization:
    def test_it_signs_once_for_many_messages(self, key):
        # A second signature would be another text: ECDSA takes a random number each time.
        assert vapid.authorization(key, ME, FCM) == vapid.authorization(key, ME, FCM)

    @pytest.mark.parametrize("other", [(ME, "https://web.push.apple.com"), ("mailto:a@b.c", FCM)])
    def test_it_signs_for_one_origin_and_one_contact(self, key, other):
        assert vapid.authorization(key, ME, FCM) != vapid.authorization(key, *other)

    def test_it_renews_a_token_before_it_ends(self, key, monkeypatch):
        before = vapid.authorization(key, ME, FCM)
        later = time.time() + vapid.LIVES - vapid.RENEWED_BEFORE + 1
        monkeypatch.setattr(vapid.time, "time", lambda: later)

        assert vapid.authorization(key, ME, FCM) != before

    def test_push_services_accept_it(self, key):
        claims = verify(vapid.authorization(key, ME, FCM), origin=FCM, now=time.time())

        assert (claims.aud, claims.sub) == (FCM, ME)
        assert time.time() + vapid.LIVES - 5 < claims.exp <= time.time() + 86_400
