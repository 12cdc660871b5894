"""Rules as hypothesis draws them: such as can be asked of the world, and such as cannot."""

import copy
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from apps.accounts.models import PushStatus
from apps.segments.rules.operators import OPERATORS
from apps.segments.rules.values import wrong
from tests.segments.world import BROWSERS, EVENTS, NUMBERS, STATE, SYSTEMS, TEXTS, WRITTEN

# The same examples on every run, so that a build does not fail by luck.
steadily = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)

# Half of them short, so that they are found in something.
texts = st.sampled_from([*TEXTS, "d", "e", "o", "customer", "Europe/Berlin", *BROWSERS, *SYSTEMS])
texts = texts.filter(bool) | st.sampled_from(["de", "d", "e", "r", "Zoë", "日", "Firefox"])
numbers = st.sampled_from([*NUMBERS, 0.1, 1e-9, 5e-324])
days = st.sampled_from([text for text in WRITTEN if len(text) == 10] + ["2026-10-25", "2026-03-08"])
moments = st.sampled_from(WRITTEN)
times = st.sampled_from([0, 1, 2, 3, 5, 1_000_000])
statuses = st.sampled_from(PushStatus.values)
amounts = st.sampled_from([1, 7, 24, 30, 99_999])
units = st.sampled_from(["minutes", "hours", "days", "weeks"])


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(one, min_size=1, max_size=3)


def two(one: st.SearchStrategy[Any], takes: str) -> st.SearchStrategy[list[Any]]:
    pairs = st.lists(one, min_size=2, max_size=2)
    return pairs.map(lambda pair: pair[::-1] if wrong(takes, pair) else pair)


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": texts,
    "texts": several(texts),
    "choice": statuses,
    "choices": several(statuses),
    "number": numbers,
    "two_numbers": two(numbers, "two_numbers"),
    "times": times,
    "two_times": two(times, "two_times"),
    "yes_no": st.booleans(),
    "nothing": st.none(),
    "period": st.fixed_dictionaries({"amount": amounts, "unit": units}),
    "day": days,
    "moment": moments,
    "two_moments": two(moments, "two_moments"),
}
FIELDS = {
    "push_status": "status",
    "reachable": "flag",
    "opted_out_by_platform": "flag",
    "unsubscribed": "date",
    "external_id": "text",
    "language": "text",
    "time_zone": "text",
    "first_seen": "date",
    "last_seen": "date",
    "sessions": "total",
    "device.first_seen": "date",
    "device.last_seen": "date",
    "device.browser": "text",
    "device.os": "text",
    "device.language": "text",
    "device.time_zone": "text",
    "push.last_sent": "date",
    "push.last_shown": "date",
    "push.last_clicked": "date",
}


def asked(type: str) -> st.SearchStrategy[dict[str, Any]]:
    """The op and the value, by any operator of the type."""
    return st.one_of(
        [
            st.fixed_dictionaries({"op": st.just(row.name), "value": VALUES[row.takes]})
            for row in OPERATORS[type]
        ]
    )


def on_field(name: str, type: str) -> st.SearchStrategy[dict[str, Any]]:
    return asked(type).map(lambda rest: {"field": name, **rest})


def on_fields(types: dict[str, str]) -> st.SearchStrategy[dict[str, Any]]:
    # Chosen by name first: strategies that are joined flat would hardly ever come to an event.
    return st.sampled_from(list(types.items())).flatmap(lambda row: on_field(*row))


form_factor = st.sampled_from(
    [
        {"op": "is", "value": "mobile"},
        {"op": "is_not", "value": "desktop"},
        {"op": "any_of", "value": ["mobile", "desktop"]},
        {"op": "none_of", "value": ["mobile"]},
        {"op": "is_set", "value": True},
        {"op": "is_set", "value": False},
    ]
).map(lambda rest: {"field": "device.form_factor", **rest})


@st.composite
def on_events(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(list(EVENTS)))
    measure = draw(st.sampled_from(["count", "sum", "count", "min", "max"]))
    counts = measure == "count"
    rule = {"event": name, "measure": measure, **draw(asked("count" if counts else "amount"))}
    if not counts:
        rule["of"] = "price"
    if draw(st.booleans()):
        rule["when"] = draw(asked("when"))
    if draw(st.booleans()):
        rule["where"] = draw(st.lists(on_fields(EVENTS[name]), max_size=2))
    return rule


def a_condition(segments: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    membership = st.fixed_dictionaries(
        {"segment": st.sampled_from(segments), "op": st.sampled_from(["in", "not_in"])}
    )
    kinds = {
        "own": on_fields({f"state.{name}": type for name, type in STATE.items()}),
        "field": on_fields(FIELDS),
        "event": on_events(),
        "device": form_factor,
        "segment": membership,
    }
    chosen = ["event", "own", "field", "event", "segment", "device"]
    return st.sampled_from(chosen).flatmap(kinds.__getitem__)


@st.composite
def a_rule(draw: st.DrawFn, segments: list[int], depth: int = 0) -> dict[str, Any]:
    """Any rule that can be asked, the empty one among them."""
    shape = draw(st.sampled_from(["all", "condition", "any", "none"])) if depth < 3 else ""
    if shape not in GROUPS:
        return draw(a_condition(segments))
    inner = st.lists(a_rule(segments, depth + 1), min_size=0 if depth == 0 else 1, max_size=3)
    nodes = draw(inner)
    return {shape: nodes} if nodes else {}


GROUPS = ("all", "any", "none")
WORDS = [
    *GROUPS, "field", "op", "value", "event", "measure", "of", "when", "where", "segment", "in",
    "amount", "unit", "days", "count", "sum", "is", "is_set", "gte", "between", "in_last", "on",
    "language", "push_status", "sessions", "state.city", "state.orders", "purchase", "price",
    "device.form_factor", "reachable", "",
]  # fmt: skip
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.integers(),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(st.characters(codec=None), max_size=5),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    ),
    max_leaves=20,
)


@st.composite
def a_damaged_rule(draw: st.DrawFn, segments: list[int]) -> Any:
    """A rule in which anything stands where something else should."""
    # A copy: hypothesis draws the same lists again.
    rule = copy.deepcopy(draw(a_rule(segments)))
    places = list(_places(rule))
    if not places:
        return draw(anything)
    parent, key = draw(st.sampled_from(places))
    match draw(st.sampled_from(["replace", "remove", "add"])):
        case "replace":
            parent[key] = draw(anything)
        case "remove":
            del parent[key]
        case "add" if isinstance(parent, dict):
            parent[draw(st.sampled_from(WORDS))] = draw(anything)
    return rule


def _places(node: Any) -> Any:
    keys = node if isinstance(node, dict) else range(len(node) if isinstance(node, list) else 0)
    for key in list(keys):
        yield node, key
        yield from _places(node[key])
