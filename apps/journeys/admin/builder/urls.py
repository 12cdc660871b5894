from typing import Any

from django.urls import URLPattern, path

from apps.journeys.admin import dry_runs
from apps.journeys.admin.builder import (
    creating,
    edits,
    moving,
    numbers,
    steps,
    terms,
    verbs,
    who,
)
from apps.journeys.admin.builder.opened import View, opens

ADDRESSES: list[tuple[str, View, tuple[str, ...], str]] = [
    ("flow/", edits.canvas, ("GET",), "flow"),
    ("flow/new/", steps.new, ("GET",), "new"),
    ("flow/step/<str:key>/", steps.one, ("GET", "POST"), "step"),
    ("flow/keys/", edits.keys, ("GET",), "keys"),
    ("flow/delete/<str:key>/", edits.deleting, ("GET",), "deleting"),
    ("flow/terms/<str:group>/", terms.terms, ("GET", "POST"), "terms"),
    ("flow/edit/<str:verb>/", edits.edit, ("POST",), "edit"),
    ("flow/retry/<str:key>/", moving.retry, ("GET", "POST"), "retry"),
    ("numbers/", numbers.numbers, ("GET",), "numbers"),
    ("people/", who.who, ("GET", "POST"), "who"),
    ("people/export/", who.export, ("GET",), "who_export"),
    ("moving/", moving.over, ("GET", "POST"), "moving"),
    ("publish/", verbs.publish, ("GET", "POST"), "publish"),
    ("clone/", verbs.clone, ("GET", "POST"), "clone"),
    ("export/", creating.export, ("GET",), "export"),
    ("dry-runs/", dry_runs.every, ("GET", "POST"), "dry_runs"),
    ("dry-runs/<str:number>/", dry_runs.one, ("GET", "POST"), "dry_run"),
    ("dry-runs/<str:number>/<str:table>.csv", dry_runs.download, ("GET",), "dry_run_csv"),
    ("do/<str:verb>/", verbs.ask, ("GET", "POST"), "do"),
]


def of_builder(admin: Any) -> list[URLPattern]:
    """Return the addresses of the builder, below that of a journey."""
    return [
        path(
            f"<path:object_id>/{route}",
            admin.admin_site.admin_view(
                opens(admin, view, *methods, changes=view is not verbs.clone)
            ),
            name=f"journeys_journey_{name}",
        )
        for route, view, methods, name in ADDRESSES
    ]
