"""The import wizard as a marketer goes through it, from the file to the contacts."""

import csv

import pytest

from tests.browser.desk import PASSWORD
from tests.browser.drivers import installed
from tests.browser.office import LINK, choose, follow, has_words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# More than a worker brings in at once.
ROWS = 2_500
SITE = "Brought in"

MAKE = f"""
from apps.accounts import sites
sites.create(
    name={SITE!r}, home="https://in.example/", origins=[], vapid_subject="mailto:a@b.example"
)
"""
ENABLE = f"""
user = User.objects.get(username="marketer")
if not user.has_usable_password():
    user.set_password({PASSWORD!r})
    user.save()
"""
# As if the worker had been called a moment ago and were busy: what waits for it can be looked at.
BUSY = """
from django.utils import timezone
now, task = timezone.now(), "apps.accounts.tasks.run_imports"
Schedule.objects.filter(func=task).update(next_run=now + timezone.timedelta(minutes=1))
WakeUp.objects.update_or_create(task=task, defaults={"is_called": True, "called_at": now})
"""
FREE = """
from apps.accounts import wakeups
wakeups.heard("apps.accounts.tasks.run_imports")
wakeups.call("apps.accounts.tasks.run_imports")
"""
COUNT = f"print(Contact.objects.filter(site__name={SITE!r}).count())"

MAPPING = """[...document.querySelectorAll("[data-column]")].map((row) => [
  row.cells[0].innerText,
  [...row.querySelectorAll(".example")].map((one) => one.innerText),
  row.querySelector("select").selectedOptions[0].text,
])"""
NUMBERS = """[...document.querySelectorAll("#import .numbers > div")].map((one) => [
  one.querySelector("dt").innerText, one.querySelector("dd").innerText,
])"""
LEFT_OUT = """[...document.querySelectorAll("#left-out tbody tr")].map(
  (row) => [...row.cells].map((cell) => cell.innerText)
)"""
BAR = "document.querySelector('#import[data-progress] progress')"


# Nothing here depends on the browser: one of them is enough.
@pytest.fixture(params=["chromium"])
def browser_name(request):
    installed.require(request.param)
    return request.param


@pytest.fixture
def username(desk):
    desk.run(ENABLE)
    return "marketer"


@pytest.fixture
def page(office, desk):
    office.goto(f"{desk.origin}/admin/")
    return office


@pytest.fixture
def people(desk, tmp_path):
    """A file for a site without contacts: its second row has no id, its fourth a false number."""
    desk.run(MAKE)
    rows = [[f"person-{n}", f"Name {n}", n, "de"] for n in range(1, ROWS + 1)]
    rows[1][0], rows[3][2] = "", "very many"
    path = tmp_path / "people.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["Customer ID", "First name", "Points", "Language"], *rows])
    return path


def upload(page, file):
    follow(page, "Imports")
    follow(page, "Create")
    page.click("a[href='?kind=contacts']")
    page.wait_for("document.getElementById('upload')")
    choose(page, "site", SITE)
    page.choose_file("[name=file]", file)
    page.click(LINK.format("Upload"))
    has_words(page, "Which column is which")


def run(page, desk):
    desk.run(BUSY)
    page.click(LINK.format("Bring it in"))
    page.wait_for(BAR)
    has_words(page, "0 %. Waiting for a worker")
    page.evaluate("document.documentElement.dataset.here = 1")
    desk.run(FREE)
    has_words(page, "Finished")
    # It got there on the same page, without being loaded anew.
    assert page.evaluate("document.documentElement.dataset.here") == "1"


def find(page, external_id):
    follow(page, "Contacts")
    page.type("[name=q]", external_id)
    page.press("Enter")
    page.wait_for("location.search.includes('q=')")
    follow(page, external_id)


def numbers(new, changed):
    """What the page counts of the file, under its words for new and changed contacts."""
    return [
        ["Rows read", "2,500"],
        [new, "2,498"],
        [changed, "0"],
        ["As they should be already", "0"],
        ["Left out", "2"],
    ]


class TestImportWizard:
    def test_a_marketer_brings_in_a_file_with_broken_rows(self, page, desk, people):
        upload(page, people)
        assert page.evaluate(MAPPING) == [
            ["Customer ID", ["person-1", "person-3", "person-4"], "External id"],
            ["First name", ["Name 1", "Name 2", "Name 3"], "Property of the contact"],
            ["Points", ["1", "2", "3"], "Property of the contact"],
            ["Language", ["de"], "Language"],
        ]

        choose(page, "type_2", "Number")
        page.click(LINK.format("Check the file"))
        has_words(page, "Checked, ready to run")
        assert page.evaluate(NUMBERS) == numbers("Would be new", "Would be changed")
        assert page.evaluate(LEFT_OUT) == [
            ["2", "external_id", "External id is missing.", "–"],
            ["4", "state.Points", "This is no number; write it like 1234.5.", "very many"],
        ]
        assert desk.run(COUNT) == "0"

        run(page, desk)
        assert page.evaluate(NUMBERS) == numbers("New", "Changed")
        page.click(LINK.format("Download what was left out"))
        report = page.wait_for_download()
        assert report.name.endswith("-left-out.csv")
        assert list(csv.reader(report.read_text().splitlines())) == [
            ["row", "field", "message", "value"],
            ["2", "external_id", "External id is missing.", ""],
            ["4", "state.Points", "This is no number; write it like 1234.5.", "very many"],
        ]

        assert desk.run(COUNT) == "2498"
        find(page, "person-2500")
        has_words(page, "Name 2500")
        assert page.errors == []
