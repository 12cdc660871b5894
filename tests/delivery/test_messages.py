import hashlib
from base64 import urlsafe_b64encode

import pytest

from apps.assets import payloads
from apps.delivery import messages

ID = "a" * 32


class TestLimitOf:
    @pytest.mark.parametrize(
        ("browser", "os", "limit"),
        [
            ("Firefox", "Android", payloads.FIREFOX_ANDROID_BYTES),
            ("Firefox", "Linux", payloads.MAX_BYTES),
            ("Chrome", "Android", payloads.MAX_BYTES),
            ("", "", payloads.MAX_BYTES),
        ],
    )
    def test_only_firefox_on_android_takes_less(self, browser, os, limit):
        assert messages.limit_of(browser, os) == limit


class TestMake:
    def test_its_topic_is_its_id(self):
        assert messages.make({"title": "Hi"}, site_id=1, id=ID, limit=500).topic == ID

    def test_the_topic_of_a_replace_key_is_the_same_for_each_push_of_the_site(self):
        made = messages.make({"title": "Hi", "tag": "score"}, site_id=7, id=ID, limit=500)

        digest = hashlib.sha256(b"7 score").digest()
        assert made.topic == urlsafe_b64encode(digest).decode()[:32]

    def test_what_fits_by_no_means_is_refused(self):
        with pytest.raises(messages.TooLarge, match="bytes are too many: at most 500"):
            messages.make({"title": "x" * 600, "image": "y" * 100}, site_id=1, id=ID, limit=500)
