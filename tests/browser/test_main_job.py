"""The main job, whole, with nothing replaced: a visitor is asked, says yes, and a push comes."""

import re

import pytest

from tests.browser.visitor import ASKED, NO, POPUP, YES, Visitor, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# Every answer of a popup takes two and a half seconds to leave the page.
SLOW_REPORTS = """(() => {
  const send = window.fetch;
  window.fetch = async (address, ...rest) => {
    if (String(address).endsWith("/report")) await new Promise(go => setTimeout(go, 2500));
    return send(address, ...rest);
  };
})()"""

WHERE = (
    "from apps.accounts.models import Site; site = Site.objects.get(name='Fernweh Outfitters'); "
    "journey = site.journeys.get(name='Ask for push permission'); "
    "print(journey.pk, site.assets.get(name='Welcome').pk,"
    " *journey.steps.values_list('key', flat=True))"
)


@pytest.fixture
def visitor(browser, desk):
    return Visitor(browser, desk)


def numbers(desk):
    """What the back office shows of the onboarding and of its welcome, added up so far."""
    admin = desk.admin()
    journey, welcome, ask, push_step = desk.run(WHERE).split()
    counts = admin.json(f"journeys/journey/{journey}/numbers/")["counts"]
    push = admin.text(f"assets/push/{welcome}/change/")
    return {
        "entered": counts.get(f"{ask}/entered", 0),
        "allowed": counts.get(f"{ask}/left/allowed", 0),
        "declined": counts.get(f"{ask}/left/declined", 0),
        "welcomed": counts.get(f"{push_step}/entered", 0),
        **{word: first_number(rf"{word} (\d+)", push) for word in ("Accepted", "Shown", "Clicked")},
    }


def first_number(pattern, text):
    found = re.search(pattern, text)
    return int(found.group(1)) if found else 0


class TestSoftOnboarding:
    def test_yes_leads_to_the_browsers_question_and_to_a_real_push(self, browser, desk, desktop):
        before = numbers(desk)
        visitor = Visitor(browser, desk)
        visitor.sees_popup()

        visitor.says(YES, prompt="allow")
        welcome = desktop.wait_for("Welcome!")
        desktop.click(welcome)
        visitor.browser.wait_for_page(visitor.desk.shop)

        visitor.has_status("allowed")
        assert visitor.page.errors == []
        assert welcome.body.endswith("From now on you will hear from us first.")
        wait_for(visitor, "bool(me.pushes.get().clicked_at)", "True")
        admin = visitor.desk.admin()
        contact = admin.text(f"accounts/contact/{visitor.contact()}/change/")
        assert "Push status of the last session Allowed" in contact
        after = numbers(desk)
        assert {name: after[name] - before[name] for name in after} == {
            "entered": 1,
            "allowed": 1,
            "declined": 0,
            "welcomed": 1,
            "Accepted": 1,
            "Shown": 1,
            "Clicked": 1,
        }

    def test_no_leaves_askable_later_but_not_before(self, visitor):
        visitor.sees_popup()
        visitor.says(NO)
        visitor.has_status("ask")
        wait_for(
            visitor,
            "me.contact.enrolments.get().visits.values_list('outcome', flat=True).first()",
            "declined",
        )

        visitor.let_days_pass(2)
        visitor.page.reload()
        visitor.sees_no_popup()

        visitor.let_days_pass(1)
        visitor.page.reload()
        visitor.sees_popup()

    def test_no_counts_although_its_report_is_slow(self, visitor):
        visitor.sees_popup()
        visitor.page.evaluate(SLOW_REPORTS)
        asked = visitor.page.evaluate(ASKED)

        visitor.says(NO)
        visitor.page.wait_for(f"{ASKED} > {asked}")

        visitor.page.evaluate("new Promise(done => setTimeout(done, 50))")
        assert visitor.page.evaluate(f"!{POPUP}")

    def test_the_page_goes_on_when_something_takes_the_popup_away(self, visitor):
        visitor.sees_popup()

        visitor.page.evaluate(f"{POPUP}.remove()")

        visitor.page.click("#customer")
        visitor.page.press("Tab")
        visitor.page.wait_for("document.activeElement.type === 'submit'")
        assert visitor.page.errors == []

    def test_escape_closes_and_is_no_answer(self, visitor):
        visitor.sees_popup()

        visitor.page.press("Escape")
        visitor.page.wait_for(f"!{POPUP}")

        wait_for(visitor, "me.contact.popups.get().status", "closed")

    def test_blocked_is_never_asked_again(self, visitor):
        visitor.sees_popup()
        visitor.says(YES, prompt="block")
        visitor.has_status("blocked")

        visitor.let_days_pass(400)
        visitor.page.reload()

        visitor.sees_no_popup()
        assert visitor.on_the_desk("print(me.contact.push_status)") == "blocked"

    def test_a_dismissed_question_can_be_asked_again_later(self, visitor):
        visitor.sees_popup()
        visitor.says(YES, prompt="dismiss")
        visitor.has_status("ask")
        wait_for(visitor, "me.contact.popups.get().status", "dismissed")

        visitor.let_days_pass(3)
        visitor.page.reload()

        visitor.sees_popup()


class TestPush:
    @pytest.fixture
    def subscriber(self, visitor, desktop):
        visitor.sees_popup()
        visitor.says(YES, prompt="allow")
        desktop.dismiss(desktop.wait_for("Welcome!"))
        return visitor

    def test_a_button_opens_its_own_address_and_is_reported(self, subscriber, desktop):
        subscriber.gets_push("Summer sale")

        sale = desktop.wait_for("Summer sale: 20 % off")
        desktop.click(sale, "Show me")

        subscriber.browser.wait_for_page(f"{subscriber.desk.shop}?product=boots")
        wait_for(subscriber, "me.pushes.first().clicked_button", "1")

    def test_a_dismissal_is_reported(self, subscriber, desktop):
        subscriber.gets_push("Summer sale")

        desktop.dismiss(desktop.wait_for("Summer sale: 20 % off"))

        wait_for(subscriber, "bool(me.pushes.first().dismissed_at)", "True")

    def test_it_comes_without_any_page_open(self, subscriber, desktop):
        subscriber.device()
        subscriber.gets_push("Summer sale")
        subscriber.page.goto("about:blank")

        desktop.click(desktop.wait_for("Summer sale: 20 % off"))

        subscriber.browser.wait_for_page(f"{subscriber.desk.shop}?product=tent")

    def test_the_one_who_logged_in_last_gets_the_pushes(self, subscriber, desktop):
        subscriber.logs_in("zoe")
        zoe = subscriber.contact()
        subscriber.logs_out()
        subscriber.logs_in("yuri")
        subscriber.gets_push("Summer sale", contact=zoe)
        subscriber.gets_push("Summer sale")

        desktop.dismiss(desktop.wait_for("Summer sale: 20 % off"))

        admin = subscriber.desk.admin()
        assert "Suspended" in admin.text(f"accounts/contact/{zoe}/change/")
        assert "Allowed" in admin.text(f"accounts/contact/{subscriber.contact()}/change/")
        assert (
            subscriber.on_the_desk(
                f"print(me.pushes.filter(contact={zoe}).exclude(asset__name='Welcome').count())"
            )
            == "0"
        )

    def test_a_browser_whose_endpoint_has_gone_comes_back_with_another(self, subscriber):
        old = subscriber.on_the_desk("print(me.subscriptions.live().get().endpoint)")
        subscriber.on_the_desk(
            "from apps.devices import subscriptions; "
            "subscriptions.end_of_device(me, Subscription.EndReason.GONE)"
        )

        # The first visit learns of it and lets go of the old one, the next makes a new one.
        subscriber.page.reload()
        subscriber.page.wait_for(
            "navigator.serviceWorker.getRegistration('/pushdesk/')"
            ".then(r => r.pushManager.getSubscription()).then(s => !s)"
        )
        subscriber.page.reload()

        wait_for(subscriber, "me.subscriptions.live().count()", "1")
        new = subscriber.on_the_desk("print(me.subscriptions.live().get().endpoint)")
        assert new != old

    def test_the_worker_renews_a_subscription_that_the_push_service_lost(
        self, subscriber, desktop, push_service
    ):
        if subscriber.browser.name != "firefox":
            pytest.skip("only Firefox can be made to lose its subscriptions here")
        old = subscriber.on_the_desk("print(me.subscriptions.live().get().pk)")
        subscriber.page.goto("about:blank")

        push_service.forget_browsers()

        wait_for(subscriber, f"me.subscriptions.live().exclude(pk={old}).count()", "1")
        subscriber.gets_push("Summer sale")
        desktop.dismiss(desktop.wait_for("Summer sale: 20 % off"))

    def test_unsubscribing_on_the_site_stops_pushes(self, subscriber):
        subscriber.page.click("#unsubscribe")

        wait_for(subscriber, "me.contact.is_reachable", "False")
        assert (
            subscriber.on_the_desk("print(me.subscriptions.first().end_reason)") == "unsubscribed"
        )
