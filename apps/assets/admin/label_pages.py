"""What stands beside the form of a label tag: where it is named, and what it says to whom."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.views.decorators.http import require_GET

from apps.accounts import keys, naming
from apps.accounts.models import Contact
from apps.accounts.panels import Panel, find_uses, link_to, panel_on, table
from apps.assets import label_tags, label_uses, shares
from apps.assets.label_uses import Use
from apps.assets.models import LabelTag
from apps.assets.rule_uses import shortened
from apps.segments import catalogue, counting
from apps.segments.admin import why

# More are no help to somebody who wants to take it out.
EXAMPLES = 5
SECONDS = 10


@panel_on(LabelTag, permission="assets.view_labeltag")
def never_said(request: HttpRequest, label: LabelTag) -> Panel | None:
    """Name the values that nobody reads, whoever the contacts are."""
    values = list(label.values.all())
    if not values:
        return None
    context = catalogue.of_site(label.site)
    ranked = [shares.Ranked(pk=row.pk, name=shortened(row.value), rule=row.rule) for row in values]
    never = shares.never_wins(ranked, context)
    rows = [
        [row.name, f"Broken: {problem}" if problem else never[row.pk]]
        for row in ranked
        if (problem := shares.problem_of(row.rule, context)) or row.pk in never
    ]
    if not rows:
        return None
    return table("Values that nobody reads", ["Value", "Why"], rows, empty="", is_above=True)


@panel_on(LabelTag, permission="accounts.view_contact")
def says(request: HttpRequest, label: LabelTag) -> Panel:
    return Panel(
        title="What does it say to somebody?",
        template="admin/assets/label_search.html",
        content={"address": reverse("admin:assets_labeltag_preview", args=[label.pk])},
    )


@panel_on(LabelTag, permission="assets.view_labeltag")
def used_in(request: HttpRequest, label: LabelTag) -> Panel:
    return table(
        "Used in",
        ["Kind", "Name", "Content", "Field"],
        [
            [
                str(use.asset._meta.verbose_name).capitalize(),
                link_to(use.asset),
                link_to(use.variation) if use.variation else "Default",
                field_of(use),
            ]
            for use in label_uses.of(label)
        ],
        empty=f"No text of an asset names it yet. Write {{{{ label.{label.name} }}}} there.",
    )


def field_of(use: Use) -> str:
    field = capfirst(use.field)
    return field if use.is_certain else f"{field} (may name any label tag)"


@find_uses(LabelTag)
def users_of(label: LabelTag) -> Iterator[SafeString]:
    """Say which assets name it: it cannot go while they do."""
    found = label_uses.of(label)
    if found:
        shown = format_html_join(", ", "{}", ((_words(use),) for use in found[:EXAMPLES]))
        more = f" and {len(found) - EXAMPLES} more" if len(found) > EXAMPLES else ""
        yield format_html("{}{}", shown, more)


def _words(use: Use) -> SafeString:
    kind = str(use.asset._meta.verbose_name)
    content = format_html(", {}", link_to(use.variation)) if use.variation else ""
    return format_html("the {} {} ({}{})", kind, link_to(use.asset), use.field, content)


@require_GET
def preview(request: HttpRequest, label_id: int) -> HttpResponse:
    """Answer with what the label tag says to the contact asked for, and by which rule."""
    if not request.user.has_perms(["assets.view_labeltag", "accounts.view_contact"]):
        raise PermissionDenied
    label = get_object_or_404(LabelTag.objects.select_related("site"), pk=label_id)
    term = why.term_of(request)
    found = naming.find(label.site_id, term)
    number = keys.read(request.GET.get("number"))
    if number is not None:
        found = [get_object_or_404(Contact, pk=number, site=label.site_id)]
    context: dict[str, Any] = {"label": label, "term": term, "found": found}
    if len(found) == 1:
        contact = found[0]
        contact.site = label.site
        context["contact"] = contact
        try:
            with counting.at_most(SECONDS):
                context["said"] = label_tags.said(label, contact)
        except counting.TooSlow:
            context["problem"] = "Asking takes too long."
    return _piece(request, context)


def _piece(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Answer with a piece for the page that asked, or with a page where none did."""
    if request.headers.get("HX-Request"):
        base: dict[str, Any] = {"base": "admin/segments/piece.html"}
    else:
        shown = admin.site.each_context(request)
        title = "Label tags"
        base = {**shown, "base": "admin/base_site.html", "opts": LabelTag._meta, "title": title}
    return TemplateResponse(request, "admin/assets/label_said.html", {**base, **context})
