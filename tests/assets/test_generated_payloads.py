"""Whatever is written and whoever gets it: what leaves the desk is valid, or it does not leave."""

import json

from hypothesis import given
from hypothesis import strategies as st

from apps.assets import fitting, payloads
from apps.assets.models import Popup, Push
from apps.assets.tags import NotFilled
from apps.assets.tags.filters import HIDDEN
from tests.assets import generated, schemas

# As long as delivery makes them.
RECEIPT = {"id": "a" * 32, "token": "b" * 32}
LIMITS = [payloads.MAX_BYTES, payloads.FIREFOX_ANDROID_BYTES]


def parsed(plaintext):
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(plaintext.decode("utf-8", "strict"), parse_constant=refuse)


def strings(value, without=()):
    """Every text in the value but under the names in `without`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in without:
                yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def droppable(notification):
    icons = any("icon" in action for action in notification.get("actions", []))
    held = {*notification, *(["button icons"] if icons else [])}
    return tuple(name for name in payloads.SLIMMED if name in held)


class TestPush:
    @generated.examples(900)
    @given(
        batch=generated.batches(Push),
        contact=generated.contacts,
        context=generated.contexts,
        limit=st.one_of(st.sampled_from(LIMITS), st.integers(0, 6_000)),
    )
    def test_it_is_valid_and_fits_or_is_reported_too_large(self, batch, contact, context, limit):
        try:
            notification = batch.render("it", contact, context).shown
        except NotFilled:
            return

        made = payloads.fit(notification, **RECEIPT, limit=limit)

        message = parsed(made.plaintext)
        assert schemas.problems("declarative_push", message) == []
        assert schemas.problems("worker_message", message) == []
        shown = message["notification"]
        assert not any(HIDDEN.search(text) for text in strings(shown, without=["data"]))
        could = droppable(notification)
        assert made.left_out == could[: len(made.left_out)]
        if len(made.plaintext) > limit:
            assert made.left_out == could
        again = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        assert again == made.plaintext
        sent = payloads.build(notification, **RECEIPT)
        assert payloads.measure(notification) == len(sent)


class TestTheLeast:
    @generated.examples(300)
    @given(batch=generated.batches(Push), contact=generated.contacts, context=generated.contexts)
    def test_no_contact_gets_less(self, batch, contact, context):
        try:
            rendered = batch.render("it", contact, context)
        except NotFilled:
            return

        least = fitting.least(rendered.content, batch.sources["it"].site)

        assert payloads.measure(least) <= payloads.measure(rendered.shown)


class TestPopup:
    @generated.examples(300)
    @given(batch=generated.batches(Popup), contact=generated.contacts, context=generated.contexts)
    def test_it_is_what_the_script_expects(self, batch, contact, context):
        try:
            dialog = batch.render("it", contact, context).shown
        except NotFilled:
            return

        text = json.dumps(dialog, ensure_ascii=False, allow_nan=False)
        assert parsed(text.encode()) == dialog
        assert schemas.problems("dialog", dialog) == []
        assert not any(HIDDEN.search(text) for text in strings(dialog))
