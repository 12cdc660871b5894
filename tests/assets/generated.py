"""Assets, contacts and templates out of Hypothesis: everything that could be written or sent."""

import os
import random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from apps.accounts.models import Contact, Site
from apps.assets import extra_data
from apps.assets.models import Popup, Push
from apps.assets.rendering import Batch, Source, Version
from apps.assets.rendering.labels import Label

# EXAMPLES=20 looks at twenty times as many, and at other ones each time.
TIMES = float(os.environ.get("EXAMPLES", "1"))


def examples(number):
    return settings(
        max_examples=max(1, int(number * TIMES)),
        deadline=None,
        database=None,
        derandomize=TIMES == 1,
        suppress_health_check=list(HealthCheck),
    )


NASTY = [
    *("\ud800", "\udfffx", "a\x00b", "\u202eevil", "\u2067x\u2069", "\x1b[31m", "\x85", "\ufeff"),
    *(
        "👩‍👩‍👧‍👦",
        "🏳️‍🌈",
        "👍🏽",
        "🇩🇪",
        "e\u0301\u0323" * 9,
        "Z͑ͫ̓a͚l͖g̋o̍",
        "مرحبا",
        "שלום {{",
        "﷽",
        "𐍈𝔘𠮷",
    ),
    *(
        "{{ state.x }}",
        "{% raw %}",
        "%}",
        "</script>",
        "'\"`\\",
        "line\r\nbreak\ttab",
        "\u2028",
        " ",
    ),
    *("javascript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil.example", "https:evil"),
    *(
        "https://u:p@evil.example/",
        "https://good.example\\@evil.example",
        "HTTPS://X.example/ü?q=ä b",
    ),
    *(
        "https://shop。example",
        "https://[::1]:8000/",
        "https://[",
        "http://x:99999",
        "\thttps://y.z",
    ),
    *(
        "java\nscript:x",
        "vbscript:x",
        "blob:https://x/1",
        "../..",
        "?q",
        "#f",
        "x" * 3_000,
        "漢" * 9_000,
    ),
]
KEYS = ["x", "name", "size", "first", "last", "list", "a b", "__proto__", "", "0", "länge", "x.y"]

characters = st.text(st.characters(exclude_categories=[]), max_size=12)
hostile_texts = st.one_of(st.sampled_from(NASTY), characters)
numbers = st.one_of(
    st.integers(-5, 5), st.integers(), st.floats(), st.sampled_from([10**4_299, -0.0])
)
leaves = st.one_of(st.none(), st.booleans(), numbers, hostile_texts)
names = st.one_of(st.sampled_from(KEYS), characters)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=6,
)
properties = st.dictionaries(names, values, max_size=5)

ROOTS = ["state", "event", "journey", "label"]
FIRST = [".x", ".name", ".size", ".list", "['a b']", ".first", "['__proto__']", ".länge"]
DEEPER = ["", "", "", ".size", ".first", "[0]", ".x", "[-1].name", ".x.y.z"]
FILTERS = [
    *(
        "upcase",
        "downcase",
        "capitalize",
        "strip",
        "escape",
        "strip_html",
        "squish",
        "size",
        "first",
    ),
    *("last", "join: ', '", "join: state.x", "sort", "uniq", "reverse", "compact", "map: 'x'"),
    *("where: 'x'", "sum", "split: ''", "split: ', '", "default: 'friend'", "default: event.x"),
    *("default: false, allow_false: true", "append: '!'", "append: event.x", "prepend: state.name"),
    *(
        "replace: 'a', 'bb'",
        "replace: '', state.x",
        "remove: event.x",
        "truncate: 5",
        "slice: 1, 3",
    ),
    *("truncatewords: 2", "url_encode", "url_decode", "raw", "date: '%d.%m.%Y'", "round", "ceil"),
    *(
        "plus: 1",
        "times: state.x",
        "divided_by: event.x",
        "modulo: 3",
        "at_most: 3",
        "abs",
        "my friend",
    ),
    *(
        "concat: state.list",
        "base64_encode",
        "base64_decode",
        "json",
        "newline_to_br",
        "slice: state.x",
    ),
]
OPERATORS = ["==", "!=", ">", "<=", "contains", "and", "or"]
OTHERS = ["3", "'a'", "nil", "true", "blank", "empty", "1.5"]
LOGIC = [
    "{{% if {condition} %}}{output}{{% else %}}{output}{{% endif %}}",
    "{{% for each in {path} %}}{{{{ each }}}},{{% endfor %}}",
    "{{% for each in (1..{path}) limit: 3 %}}{{{{ forloop.index }}}}{{% endfor %}}",
    "{{% assign it = {path} %}}{{{{ it | {filter} }}}}",
    "{{% capture it %}}{output}{{% endcapture %}}{{{{ it }}}}",
    "{{% case {path} %}}{{% when 'a' %}}A{{% else %}}B{{% endcase %}}",
    "{{%- unless {condition} -%}} {output} {{%- endunless -%}}",
]
WRITTEN = ["Hello ", "!", "grüße 🍉", "שלום", "\r\n", "50 % {off} ", "\u202e", "\ud83d"]
STARTS = ["", "/p/", "https://shop.example/", "https://shop.example/?a=1&b=", "https://", "/a b/"]


class Writer:
    """Writes templates. They are drawn from a pool of these: one drawn piece by piece costs
    Hypothesis more than all that is done with it."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.any = self.random.choice

    def path(self):
        return self.any(ROOTS) + self.any(FIRST) + self.any(DEEPER)

    def output(self):
        filters = self.random.choices(FILTERS, k=self.any([0, 0, 1, 2, 3]))
        return "{{ " + " | ".join([self.path(), *filters]) + " }}"

    def condition(self):
        other = self.any([self.path(), self.any(OTHERS)])
        return f"{self.path()} {self.any(OPERATORS)} {other}"

    def logic(self):
        names = ("path", "output", "condition")
        parts = {name: getattr(self, name)() for name in names}
        return self.any(LOGIC).format(filter=self.any(FILTERS), **parts)

    def text(self, *pieces):
        made = [self.any(pieces)() for _ in range(self.random.randint(0, 4))]
        return "".join(made)

    def tagless(self):
        return self.text(self.output, lambda: self.any(WRITTEN))

    def template(self):
        return self.text(self.output, self.logic, lambda: self.any(WRITTEN))

    def address(self):
        return self.any(STARTS) + self.tagless()

    def pool(self, write, number=2_000):
        return sorted({write() for _ in range(number)}, key=len)


writer = Writer(seed=TIMES)
tagless = st.sampled_from(writer.pool(writer.tagless))
templates = st.sampled_from(writer.pool(writer.template))
texts = st.one_of(templates, tagless, hostile_texts)
addresses = st.one_of(st.just(""), st.sampled_from(writer.pool(writer.address)), hostile_texts)
languages = st.sampled_from(["", "en", "pt-BR", "zh-Hant-TW", "en_US", "x", "de;DROP", "\x00", "ü"])
labels = st.sampled_from(["x", "name", "bonus"])


def buttons(action):
    fields = {"label": texts, "action": action, "url": addresses, "icon": addresses}
    button = st.fixed_dictionaries({**fields, "event": st.sampled_from(["", "clicked"])})
    return st.lists(button, max_size=3)


PUSH = {
    **dict.fromkeys(Push.TEXTS, texts),
    **dict.fromkeys(Push.ADDRESSES, addresses),
    "direction": st.sampled_from(["auto", "ltr", "rtl"]),
    "language": languages,
    "data": st.one_of(st.just({}), properties).map(
        lambda data: {} if extra_data.wrong_with(data) else data
    ),
    "stay_on_screen": st.booleans(),
    "silent": st.booleans(),
    "ttl": st.just(60),
    "urgency": st.just("normal"),
    "buttons": buttons(st.just("open")),
}
POPUP = {
    **dict.fromkeys(Popup.TEXTS, texts),
    "image": addresses,
    "direction": PUSH["direction"],
    "language": languages,
    "layout": st.sampled_from(Popup.Layout.values),
    "position": st.sampled_from(Popup.Position.values),
    "is_full_screen_on_phones": st.booleans(),
    "delay": st.integers(0, 600),
    "wait_hours": st.just(72),
    "pages": st.sampled_from(["", "/sale/*\n!/cart", " \r\n "]),
    **dict.fromkeys(
        ("background_color", "text_color", "button_color", "button_text_color"),
        st.sampled_from(["", "#2450c8"]),
    ),
    "buttons": buttons(st.sampled_from(["open", "ask_permission", "track", "close"])),
}
sites = st.builds(
    Site,
    pk=st.just(1),
    name=st.sampled_from(["Shop", "\u202e", "Läden {{ state.x }}", "🛒"]),
    home=st.sampled_from(
        ["https://shop.example/", "http://localhost:8000/a/", "https://münchen.de"]
    ),
    icon=st.sampled_from(["", "https://shop.example/icon.png", "ftp://shop.example/icon.png"]),
    badge=st.sampled_from(["", "https://shop.example/badge.png"]),
    default_language=languages,
)
contacts = st.builds(
    Contact,
    pk=st.just(7),
    site_id=st.just(1),
    bucket=st.just(0),
    external_id=st.one_of(st.none(), hostile_texts),
    state=st.one_of(properties, properties, values),
    language=st.one_of(languages, hostile_texts),
    time_zone=hostile_texts,
)
contexts = st.fixed_dictionaries(
    {"event": st.one_of(properties, values)}, optional={"journey": st.one_of(properties, values)}
)


@st.composite
def batches(draw, kind):
    """A batch of one asset, with a variation and label tags, for one contact; what its rules
    choose is drawn as well."""
    fields = PUSH if kind is Push else POPUP
    content = draw(st.fixed_dictionaries(fields))
    varied = draw(st.fixed_dictionaries({}, optional={name: fields[name] for name in kind.VARIED}))
    version = Version(key=3, name="German", rule={}, content=varied)
    site = draw(sites)
    source = Source(kind=kind, site=site, content=content, versions=(version,))
    tags = [
        Label(name=name, default=draw(texts), ruled=(), values={5: draw(texts)})
        for name in draw(st.sets(labels))
    ]
    met = {("label", tag.name): draw(st.sampled_from([None, 5])) for tag in tags}
    met["source", "it"] = draw(st.sampled_from([None, 3]))
    return Batch(sources={"it": source}, labels={1: tags}, chosen={7: met})
