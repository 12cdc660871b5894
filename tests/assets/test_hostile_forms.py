"""What an attacker, or a bad paste, puts into the workshop's forms: refused in words beside the
field, shown again as typed, and nothing is stored."""

import json

import pytest
from django.forms.fields import InvalidJSONInput

from apps.assets.models import Asset, Button, LabelTag
from tests.assets.test_admin import a_form, marketer  # noqa: F401 - a fixture
from tests.factories import a_site

pytestmark = pytest.mark.django_db

BRIEF = "Write https://… or a path"
TEMPLATES = [
    ("{{", "}} is missing"),
    ("{{ state", "}} is missing"),
    ("Hi {% if state.x", "%} is missing"),
    ("{% for i in (1..9) %}" * 31, "at most 30 deep|Ensure this value has at most"),
    ("{% for a in (1..99) %}{% for b in (1..99) %}x{% endfor %}{% endfor %}", "1,000 times"),
    ("{% for i in (1..9999999999) reversed %}x{% endfor %}", "1,000 times"),
    ("{{ (1..9999999999) | join }}", "belongs into {% for %}"),
    ("{% if (1..9999999999) contains 'x' %}{% endif %}", "belongs into {% for %}"),
    ("{{ state }}", "Name what of state you mean"),
    ("{{ label | upcase }}", "Name what of label you mean"),
    ("{{ " + "[" * 140 + " }}", "closing ] is missing|not finished"),
    ("Sale \u202e%02", "never seen"),
    ("a\u2067b", "never seen"),
    ("a\x00b", "Null characters"),
    ("a\x85b", "never seen"),
    ("x" * 100_000, "at most"),
    ("{" * 100_000, "at most"),
    ("{{" * 50_000, "at most"),
    ("two\nlines", "one line"),
]
ADDRESSES = [
    ("javascript:alert(1)", BRIEF),
    ("JaVaScRiPt:alert(1)", BRIEF),
    ("java\nscript:alert(1)", "no line break"),
    ("\tjavascript:alert(1)", BRIEF),
    ("data:text/html,<script>", BRIEF),
    ("vbscript:msgbox(1)", BRIEF),
    ("blob:https://shop.example/1", BRIEF),
    ("file:///etc/passwd", BRIEF),
    ("//evil.example", BRIEF),
    ("/\\evil.example", "backslash"),
    ("/\t/evil.example", "no line break"),
    ("https:evil.example", BRIEF),
    ("https:///evil.example", BRIEF),
    ("https:\\\\evil.example", "backslash"),
    ("https://user:pw@evil.example", "before @"),
    ("https://shop.example\\@evil.example", "backslash"),
    ("https://{{ journey.x }}@evil.example", "before @"),
    ("https://shop。example/", "write “shop.example” for"),
    ("https://аpple.com/", "write “xn--pple-43d.com” for"),
    ("https://shop.example:99999/", BRIEF),
    ("https://[::1", BRIEF),
    ("https://sh op.example/", "no name of a website"),
    ("https://shop.example/\u200bx", "invisible"),
    ("https://shop.example/\u202ex", "never seen"),
    ("https://shop.example/a\nb", "no line break"),
    ("/" + "x" * 100_000, "at most"),
    ("shop.example", BRIEF),
]
DATA = [
    ("[" * 100_000, "characters are too many"),
    ("[" * 5_000 + "]" * 5_000, "nested too deeply"),
    ('{"a":' * 12 + "1" + "}" * 12, "deeper than 10"),
    ('{"a": 1e999}', "too large"),
    ('{"a": NaN}', "too large"),
    ('{"a": -Infinity}', "too large"),
    ('{"a": ' + "9" * 5_000 + "}", "too large"),
    ('{"a": ' + "9" * 30 + "}", "too large"),
    ('{"a": "\\u0000"}', "NUL"),
    ('{"\\u0000": 1}', "NUL"),
    ('{"a": "\\ud800"}', "Half a character"),
    ('{"pushdesk": {"id": "x"}}', "“pushdesk” is ours"),
    ('{"navigate": "https://evil.example"}', "“navigate” is ours"),
    ('{"a": "' + "x" * 2_000 + '"}', "bytes are too many"),
    ('{"a": "' + "x" * 100_000 + '"}', "characters are too many"),
    ("[1]", "Write a JSON object"),
    ("7", "Write a JSON object"),
    ("{'a': 1}", "Enter a valid JSON"),
    ("{", "Enter a valid JSON"),
]
OTHERS = [
    ("replace_key", "a\nb", "one line"),
    ("replace_key", "a\rb", "one line"),
    ("replace_key", "{{ state", "}} is missing"),
    ("language", "en;DROP", "language code"),
    ("language", "../../etc", "language code"),
    ("language", "x" * 100, "at most"),
    ("ttl", "59", "At least 1 minute."),
    ("ttl", "2592001", "At most 30 days."),
    ("ttl", "-1", "At least 1 minute."),
    ("ttl", "1e9", "Write a number"),
    ("ttl", "9" * 100_000, "Write a number"),
    ("urgency", "now", "not one of the available"),
    ("direction", "up", "not one of the available"),
]
COLORS = [
    "red",
    "#fff",
    "#ffffff;background:url(//evil)",
    "url(javascript:x)",
    "#12345g",
    "#123456\n1",
]


def cases(rows):
    return pytest.mark.parametrize(
        ("typed", "message"), rows, ids=[repr(str(row[0]))[:40] for row in rows]
    )


def a_popup_form(site, **changes):
    return {
        "name": "News",
        "status": "active",
        "site": str(site.pk),
        "title": "News",
        "layout": "box",
        "close_label": "Close",
        "direction": "auto",
        "position": "center",
        "delay": "0",
        "wait_hours": "72",
        "buttons-TOTAL_FORMS": "0",
        "buttons-INITIAL_FORMS": "0",
        **changes,
    }


def refused(client, kind, field, typed, message):
    """Post the form with this in one field, and look at the answer of the whole page."""
    make = a_form if kind == "push" else a_popup_form
    page = client.post(f"/admin/assets/{kind}/add/", make(a_site(), **{field: typed}))
    form = page.context["adminform"].form
    said(page, form, field, typed, message)
    assert not Asset.objects.filter(name=form.data["name"]).exists()


def said(page, form, field, typed, message):
    assert page.status_code == 200
    assert list(form.errors) == [field]
    words = " ".join(form.errors[field])
    assert any(each in words for each in message.split("|")), words
    shown = form[field].value()
    assert shown == typed if not isinstance(shown, InvalidJSONInput) else str(shown) == typed


class TestPush:
    @cases(TEMPLATES)
    def test_a_title_that_is_no_template(self, marketer, typed, message):  # noqa: F811
        refused(marketer, "push", "title", typed, message)

    @cases(ADDRESSES)
    def test_an_address_that_leads_elsewhere(self, marketer, typed, message):  # noqa: F811
        refused(marketer, "push", "url", typed, message)

    @pytest.mark.parametrize("field", ["icon", "image", "badge"])
    @cases(ADDRESSES[:2])
    def test_so_does_every_address(self, marketer, field, typed, message):  # noqa: F811
        refused(marketer, "push", field, typed, message)

    @cases(DATA)
    def test_data_that_breaks_its_reader(self, marketer, typed, message):  # noqa: F811
        refused(marketer, "push", "data", typed, message)

    @pytest.mark.parametrize(("field", "typed", "message"), OTHERS)
    def test_every_other_field(self, marketer, field, typed, message):  # noqa: F811
        refused(marketer, "push", field, typed, message)

    def test_names_that_mean_something_to_browsers_are_data_as_any(self, marketer):  # noqa: F811
        data = '{"__proto__": {"x": 1}, "constructor": "c", "toString": 1}'

        marketer.post("/admin/assets/push/add/", a_form(a_site(), data=data))

        assert Asset.objects.get(name="Summer sale").data == json.loads(data)

    def test_a_line_break_in_the_message_is_none_of_this(self, marketer):  # noqa: F811
        marketer.post(
            "/admin/assets/push/add/", a_form(a_site(), message="One\r\nTwo {{ state.language }}")
        )

        assert Asset.objects.get(name="Summer sale").message.startswith("One\r\nTwo")


class TestPopup:
    @cases(TEMPLATES[:9])
    def test_a_text_that_is_no_template(self, marketer, typed, message):  # noqa: F811
        refused(marketer, "popup", "text", typed, message)

    @cases(ADDRESSES[:4])
    def test_an_address_that_leads_elsewhere(self, marketer, typed, message):  # noqa: F811
        refused(marketer, "popup", "image", typed, message)

    @pytest.mark.parametrize("field", ["background_color", "button_text_color"])
    @pytest.mark.parametrize("typed", COLORS)
    def test_a_colour_that_holds_more(self, marketer, field, typed):  # noqa: F811
        message = "at most 7" if len(typed) > 7 else "Write a colour"
        refused(marketer, "popup", field, typed, message)

    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            ("close_label", "a\nb", "one line"),
            ("delay", "601", "less than or equal to 600"),
            ("wait_hours", "0", "greater than or equal to 1"),
            ("pages", "x" * 100_000, "at most 2000"),
        ],
    )
    def test_every_other_field(self, marketer, field, typed, message):  # noqa: F811
        refused(marketer, "popup", field, typed, message)


class TestButton:
    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            *[("url", *row) for row in ADDRESSES[:12]],
            ("icon", "data:image/png,x", BRIEF),
            ("label", "{{ state", "}} is missing"),
            ("label", "{{ state }}", "Name what of state"),
            ("label", "a\nb", "one line"),
            ("label", "Yes\u202e", "never seen"),
            ("label", "x" * 100_000, "at most 60"),
        ],
    )
    def test_it_is_refused_beside_the_field(self, marketer, field, typed, message):  # noqa: F811
        row = {"label": "Yes", "url": "/sale", "position": "0", field: typed}
        fields = {f"buttons-0-{name}": value for name, value in row.items()}

        page = marketer.post(
            "/admin/assets/push/add/", a_form(a_site(), **fields, **{"buttons-TOTAL_FORMS": "1"})
        )

        [form] = page.context["inline_admin_formsets"][0].formset.forms
        said(page, form, field, typed, message)
        assert not Button.objects.filter(asset__name="Summer sale").exists()
        assert not Asset.objects.filter(name="Summer sale").exists()

    def test_script_in_a_label_is_text(self, marketer):  # noqa: F811
        label = "<script>alert(1)</script>"
        fields = {"buttons-0-label": label, "buttons-0-position": "0", "buttons-TOTAL_FORMS": "1"}

        page = marketer.post("/admin/assets/push/add/", a_form(a_site(), title="{{", **fields))

        assert label not in page.content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.content.decode()


class TestLabelTag:
    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            *[("value", *row) for row in TEMPLATES[:16]],
            ("value", "{{ label.other }}", "cannot name another"),
            ("value", "{% for x in label %}{% endfor %}", "cannot name another"),
            ("name", "__proto__", "Small letters"),
            ("name", "x'; DROP", "Small letters"),
            ("name", "a\nb", "Small letters"),
            ("name", "x" * 100_000, "at most 60"),
        ],
    )
    def test_it_is_refused_beside_the_field(self, marketer, field, typed, message):  # noqa: F811
        before = LabelTag.objects.count()
        rules = {"values-TOTAL_FORMS": "0", "values-INITIAL_FORMS": "0"}
        form = {"site": str(a_site().pk), "name": "bonus", "value": "10 %", **rules}

        page = marketer.post("/admin/assets/labeltag/add/", {**form, field: typed})

        said(page, page.context["adminform"].form, field, typed, message)
        assert LabelTag.objects.count() == before
