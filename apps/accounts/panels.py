"""What is shown beside the form on a row's page, in which widgets its fields are, and what keeps
the row from being deleted.

All are registered by the app that knows, so an app shows its data on the pages of apps to its
left, which may not import it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.utils import quote
from django.db.models import PROTECT, Model
from django.forms import Widget
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Something beside the form on a row's page; `template` shows `content`."""

    title: str
    template: str
    content: dict[str, Any] = field(default_factory=dict)
    is_above: bool = False
    # Among those on its side of the form: the lowest first, equal ones as they were registered.
    place: int = 0


Build = Callable[[HttpRequest, Any], Panel | None]


@dataclass(frozen=True, kw_only=True)
class _Registered:
    build: Build
    permission: str


_panels: dict[type[Model], list[_Registered]] = {}


def panel_on(model: type[Model], *, permission: str) -> Callable[[Build], Build]:
    """Show what the function returns on each row's page, to those who have the permission."""

    def register(build: Build) -> Build:
        _panels.setdefault(model, []).append(_Registered(build=build, permission=permission))
        return build

    return register


def panels_of(request: HttpRequest, row: Model) -> list[Panel]:
    """Return the panels of the row's page that the user may see."""
    built = (
        registered.build(request, row)
        for registered in _panels.get(type(row), [])
        if request.user.has_perm(registered.permission)
    )
    return sorted((panel for panel in built if panel), key=lambda panel: panel.place)


_widgets: dict[type[Model], dict[str, Callable[[Any], Widget]]] = {}


def show_in(model: type[Model], field: str, widget: Callable[[Any], Widget]) -> None:
    """Show the field on each stored row's page in what the function makes for the row."""
    _widgets.setdefault(model, {})[field] = widget


def widgets_of(row: Model) -> dict[str, Widget]:
    """Return the widgets of the row's page that others have registered, by field."""
    return {field: make(row) for field, make in _widgets.get(type(row), {}).items()}


def numbers(title: str, values: list[tuple[str, Any]], *, note: str = "") -> Panel:
    content = {"values": values, "note": note}
    return Panel(title=title, template="admin/panels/numbers.html", content=content, is_above=True)


def table(
    title: str,
    headers: list[str],
    rows: list[list[Any]],
    *,
    empty: str,
    is_above: bool = False,
    place: int = 0,
    note: str = "",
    actions: Sequence[SafeString] = (),
) -> Panel:
    """Return a panel of rows under headers; `note` and `actions` (see `dialog`) come below."""
    content = {"headers": headers, "rows": rows, "empty": empty, "note": note, "actions": actions}
    template = "admin/panels/table.html"
    return Panel(title=title, template=template, content=content, is_above=is_above, place=place)


def timeline(title: str, moments: list[tuple[Any, str]]) -> Panel:
    content = {"moments": moments}
    return Panel(title=title, template="admin/panels/timeline.html", content=content)


def link_to(row: Model, text: Any = None) -> SafeString | str:
    """Return a link to the row's page, or its name alone where there is no such page."""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    shown = str(row) if text is None else text
    try:
        address = reverse(name, args=[quote(row.pk)])
    except NoReverseMatch:
        return shown
    return format_html('<a class="text-link" href="{}">{}</a>', address, shown)


def dialog(address: str, text: str) -> SafeString:
    """Return a button that opens the dialog of an action of the theme at `address`, and that the
    keyboard comes back to when it closes."""
    return format_html(
        '<button type="button" class="opens-dialog" hx-get="{}" hx-target="#modal-content" '
        'hx-select="#dialog" x-data="{{ isOpener: false }}" '
        'x-on:htmx:after-on-load="openModal = isOpener = true" '
        'x-effect="if (!openModal && isOpener) {{ isOpener = false; $el.focus() }}">{}</button>',
        address,
        text,
    )


def label(text: str, color: str = "") -> SafeString:
    """Return a word in a coloured box: success, warning, danger or info."""
    return format_html('<span class="label {}">{}</span>', color, text)


_words: dict[type[Model], tuple[str, Callable[[Any], str]]] = {}


def name_use(model: type[Model], kind: str, words: Callable[[Any], str]) -> None:
    """Say how rows of the model are called where they keep another row from being deleted."""
    _words[model] = (kind, words)


Users = Callable[[Any], Iterator[SafeString]]

_finders: dict[type[Model], list[Users]] = {}


def find_uses(model: type[Model]) -> Callable[[Users], Users]:
    """Have the function asked for uses that no foreign key knows of, such as names in JSON."""

    def register(find: Users) -> Users:
        _finders.setdefault(model, []).append(find)
        return find

    return register


def uses(row: Model) -> Iterator[SafeString]:
    """Say, one kind a line, what still uses the row: a count and a few of them.

    Django's own search loads every one of them, which may be a million messages.
    """
    for find in _finders.get(type(row), []):
        yield from find(row)
    for relation in row._meta.related_objects:
        # django-polymorphic wraps what its own foreign keys do.
        if getattr(relation.on_delete, "action", relation.on_delete) is not PROTECT:
            continue
        users = relation.related_model._default_manager.filter(**{relation.field.name: row})
        count = users.count()
        if count:
            meta = relation.related_model._meta
            kind, words = _words.get(relation.related_model, (str(meta.verbose_name), str))
            shown = format_html_join(
                ", ", "{}", ((link_to(u, words(u)),) for u in users[:EXAMPLES])
            )
            more = " …" if count > EXAMPLES else ""
            yield format_html("{} × {}: {}{}", count, kind, shown, more)
