"""The journey builder, in the words of whoever works with it."""

from config.demo.seed import SITE_NAME
from tests.browser.office import choose, leads_on

SAVED = "document.querySelector('#flow-saving').dataset.state === 'saved'"
SAID = "document.querySelector('#flow-said').textContent"
FOCUS = "document.activeElement.dataset.focus"
NAMES = (
    "[...document.querySelectorAll('#flow-canvas .flow-card:not(.flow-entry) .flow-name')]"
    ".map(name => name.textContent)"
)
READ = """
from apps.journeys.models import Journey, Lead
journey = Journey.objects.get(name={name!r})
leads = Lead.objects.filter(step__journey=journey).order_by("step__position", "outcome")
print([list(journey.steps.values_list("name", flat=True)),
       [f"{{l.step.name}}.{{l.outcome}}>{{l.target.name}}" for l in leads], journey.status])
"""

CARD = (
    "[...document.querySelectorAll('#flow-canvas .flow-open')]"
    ".find(card => card.querySelector('.flow-name').textContent === {!r})"
)

# What was published asks every visitor of the shop until it is over.
OVER = """
from apps.journeys import lifecycle
from apps.journeys.models import Journey
for journey in Journey.objects.filter(name={name!r}).exclude(status="archived"):
    lifecycle.archive(journey)
"""


class Builder:
    def __init__(self, page, desk, name):
        self.page, self.desk, self.name = page, desk, name

    def create(self):
        self.page.goto(f"{self.desk.origin}/admin/journeys/journey/add/")
        self.page.click("label:has([value=empty])")
        self.page.type("[name=name]", self.name)
        # Asked for where other tests have made sites of their own.
        if self.page.evaluate("document.querySelector('select[name=site]') !== null"):
            choose(self.page, "site", SITE_NAME)
        self.leads_on(lambda: self.page.click(".flow-new [type=submit]"))

    def leads_on(self, do):
        leads_on(self.page, do)

    def ends(self):
        self.desk.run(OVER.format(name=self.name))

    def waits(self):
        self.page.wait_for(SAVED)

    def add(self, place, kind):
        self.page.evaluate("document.querySelector('#flow-form')?.setAttribute('data-old', '')")
        self.page.click(place)
        self.page.click(f"#flow-kinds [data-kind={kind}]")
        self.page.wait_for("document.querySelector('#flow-form:not([data-old])')")

    def choose(self, field, label):
        self.page.wait_for(f"document.getElementsByName({field!r})[0]")
        choose(self.page, field, label)
        self.waits()

    def has(self, *names):
        self.page.wait_for(f"JSON.stringify({NAMES}) === JSON.stringify({list(names)!r})")

    def says(self, words):
        self.page.wait_for(f"{SAID}.includes({words!r})")

    def stored(self):
        return self.desk.run(READ.format(name=self.name))

    def fine(self):
        assert self.page.errors == []
