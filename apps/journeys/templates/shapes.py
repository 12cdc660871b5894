"""What a template says: a journey, its steps, and the assets that these need."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from apps.accounts.models import Site
from apps.assets import starters


@dataclass(frozen=True, kw_only=True)
class PushToMake:
    """Content of a push, for a site that has none of the name."""

    name: str
    title: str
    message: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class PopupToMake:
    """A popup as one of apps.assets.starters; any active one of the site that asks for
    permission will do."""

    name: str
    starter: starters.Starter


@dataclass(frozen=True, kw_only=True)
class StepToMake:
    """`values` are fields of the kind's model; `asset` what it shows or sends; `leads` name, by
    outcome, the step by its name here."""

    kind: str
    name: str
    values: dict[str, Any] = field(default_factory=dict)
    asset: PushToMake | PopupToMake | None = None
    leads: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Template:
    """`needs` says in words what a site has to do for it; `terms` are fields of the journey, as
    they are for the site now."""

    slug: str
    name: str
    description: str
    needs: tuple[str, ...] = ()
    terms: Callable[[Site], dict[str, Any]]
    steps: tuple[StepToMake, ...]


REACHABLE = {"field": "reachable", "op": "is", "value": True}

WELCOME = PushToMake(
    name="Welcome",
    title="Welcome{% if state.first_name %}, {{ state.first_name }}{% endif %}!",
    message="From now on you will hear from us first.",
)
