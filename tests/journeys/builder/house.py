"""A journey on the desk of somebody who builds it, by what their browser sends."""

import re

from apps.journeys.models import Journey, Lead, WaitStep
from apps.journeys.models.steps import new_key
from tests.factories import a_site, a_user


class Builder:
    def __init__(self, client, journey, role="Marketer"):
        self.client, self.journey = client, journey
        client.force_login(a_user(role))

    @property
    def base(self):
        return f"/admin/journeys/journey/{self.journey.pk}/"

    def page(self):
        return self.client.get(f"{self.base}change/")

    def get(self, address):
        return self.client.get(f"{self.base}{address}")

    def post(self, address, **values):
        return self.client.post(f"{self.base}{address}", values)

    def seen(self):
        return self.page().context["seen"]

    def edit(self, verb, **values):
        """What was said, after an edit of the flow as it is now."""
        page = self.page().context
        as_seen = {"seen": page["seen"], "edits": page["edits"]}
        answer = self.post(f"flow/edit/{verb}/", **{**as_seen, **values})
        assert answer.status_code == 200
        return said(answer)

    def add(self, kind, place=("", ""), *, key=None, **values):
        step, outcome = place
        more = {"kind": kind, "at_step": step, "at_outcome": outcome}
        return self.post(f"flow/step/{key or new_key()}/", **more, **values)

    def save(self, step, **values):
        """Save the step's form as it was opened, with other values."""
        form = self.get(f"flow/step/{step.key}/").context["form"]
        seen = self.get(f"flow/step/{step.key}/").context["seen"]
        return self.post(f"flow/step/{step.key}/", **{"seen": seen, **sent(form), **values})

    def save_terms(self, group, **values):
        page = self.get(f"flow/terms/{group}/")
        form, seen = page.context["form"], page.context["seen"]
        return self.post(f"flow/terms/{group}/", **{"seen": seen, **sent(form), **values})


def sent(form):
    """What a browser sends of a form that nobody has touched."""
    found = {}
    rows = [row for each in form.formsets.values() for row in each.forms]
    for each in [form, *[formset.management_form for formset in form.formsets.values()], *rows]:
        for field in each:
            value = field.value()
            if field.name == "DELETE" or value is None or value is False:
                continue
            found[field.html_name] = "on" if value is True else value
    return found


def said(answer):
    return re.search(r'id="flow-said"[^>]*>(.*?)</p>', answer.content.decode())[1]


def errors(answer):
    """The messages by the id of their input."""
    context = answer.context["errors"] or {}
    return {name: found for name, found in context.items() if found}


def a_draft(site=None, name="Spring"):
    return Journey.objects.create(site=site or a_site(), name=name)


def a_wait(journey, name, after=None, **values):
    step = WaitStep.objects.create(
        journey=journey, name=name, position=journey.steps.count() + 1, **values
    )
    if after:
        Lead.objects.create(step=after, outcome="done", target=step)
    return step


def a_line(journey, *names):
    """Waits that follow each other."""
    steps = []
    for name in names:
        steps.append(a_wait(journey, name, steps[-1] if steps else None))
    return steps


def flow_of(journey):
    """The steps in their order, and where they lead."""
    leads = Lead.objects.filter(step__journey=journey).order_by("step__position", "outcome")
    names = list(journey.steps.values_list("name", flat=True))
    return names, [f"{lead.step.name}.{lead.outcome} → {lead.target.name}" for lead in leads]


def rows(name, *values):
    """The form data of rows that were added."""
    sent = {f"{name}-TOTAL_FORMS": len(values), f"{name}-INITIAL_FORMS": 0}
    for number, row in enumerate(values):
        sent[f"{name}-{number}-ORDER"] = number + 1
        sent |= {f"{name}-{number}-{field}": value for field, value in row.items()}
    return sent
