import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.journeys import templates
from apps.journeys.models import Journey, PushStep
from tests.factories import a_live_journey, a_push, a_user, an_onboarding
from tests.journeys.builder.house import Builder, a_line, flow_of


@pytest.fixture
def onboarding(client, db):
    """A marketer with the journey that every site has, as a draft."""
    return Builder(client, an_onboarding())


@pytest.fixture
def live(client, db):
    return Builder(client, a_live_journey())


def says(builder):
    return [str(message) for message in builder.page().context["messages"]]


class TestPublishing:
    def test_it_asks_first(self, onboarding):
        dialog = onboarding.get("publish/")

        assert "Publish this journey?" in dialog.content.decode()
        assert not onboarding.journey.versions.exists()

    def test_it_publishes(self, onboarding):
        answer = onboarding.post("publish/")

        journey = Journey.objects.get(pk=onboarding.journey.pk)
        assert answer.headers["HX-Redirect"] == f"{onboarding.base}change/"
        assert (journey.status, journey.live_version.number) == ("active", 1)
        assert says(onboarding) == ["“Ask for push permission” is published."]
        assert LogEntry.objects.get().change_message == "“Ask for push permission” is published."

    def test_it_says_what_would_change(self, live):
        live.edit("delete", key=live.journey.steps.last().key)
        live.save_terms("often", reentry="once")

        dialog = live.get("publish/").content.decode()

        assert "<b>Welcome</b> is removed" in dialog
        assert "<b>May enter</b>" in dialog
        assert "Nobody is inside at the moment." in dialog

    def test_it_says_every_problem_and_publishes_nothing(self, builder, journey):
        for name in ("Sale", "News"):
            push = a_push(journey.site, name=name, status="draft")
            PushStep.objects.create(
                journey=journey, name=f"Send {name}", push=push, position=journey.steps.count()
            )
        dialog = builder.get("publish/").content.decode()

        builder.post("publish/")

        wanted = "Step “Send Sale”: “Sale” is a draft; make it active first."
        assert wanted in dialog
        assert wanted in says(builder)
        assert not journey.versions.exists()

    @pytest.mark.parametrize(
        ("right", "switch", "words"),
        [
            ("send_without_caps", "respects_caps", "You may not send beyond the caps."),
            ("send_without_consent", "respects_consent", "You may not send to who has opted out."),
        ],
    )
    def test_who_may_not_send_so_does_not_publish_it(self, builder, journey, right, switch, words):
        """Somebody else has written it, or a file."""
        Permission.objects.get(codename=right).group_set.clear()
        push = a_push(journey.site)
        PushStep.objects.create(journey=journey, name="Send", push=push, **{switch: False})
        wanted = f"{words} Who may: nobody yet."

        page, dialog = builder.page(), builder.get("publish/")
        builder.post("publish/")

        assert [problem.message for problem, _ in page.context["problems"]] == [wanted]
        assert [problem.message for problem in dialog.context["problems"]] == [wanted]
        assert says(builder) == [f"Step “Send”: {wanted}"]
        assert not journey.versions.exists()


class TestLife:
    def test_it_goes_through_its_life(self, live):
        statuses = []
        for verb in ("pause", "resume", "hold", "resume", "finish", "archive"):
            assert live.get(f"do/{verb}/").status_code == 200
            live.post(f"do/{verb}/")
            journey = Journey.objects.get(pk=live.journey.pk)
            statuses.append((journey.status, journey.is_held))

        assert statuses == [
            ("paused", False),
            ("active", False),
            ("paused", True),
            ("active", False),
            ("finished", False),
            ("archived", False),
        ]

    @pytest.mark.parametrize("verb", ["resume", "discard"])
    def test_it_refuses_what_does_not_fit(self, live, verb):
        assert live.get(f"do/{verb}/").status_code == 403
        assert live.post(f"do/{verb}/").status_code == 403

    def test_a_verb_that_is_none_is_not_found(self, live):
        assert live.post("do/explode/").status_code == 404

    def test_it_discards_changes_which_can_be_undone(self, live):
        before = flow_of(live.journey)
        live.edit("delete", key=live.journey.steps.first().key, branch="1")

        live.post("do/discard/")
        discarded = flow_of(live.journey)
        live.edit("undo")

        assert discarded == before
        assert flow_of(live.journey) == ([], [])


class TestCopies:
    def test_it_clones(self, builder, journey):
        a_line(journey, "One", "Two")

        answer = builder.post("clone/")

        copy = Journey.objects.get(name="Spring (copy)")
        assert answer.headers["HX-Redirect"].endswith(f"/{copy.pk}/change/")
        assert flow_of(copy) == flow_of(journey)
        assert not set(copy.steps.values_list("key")) & set(journey.steps.values_list("key"))

    def test_it_exports_and_takes_in_again(self, builder, journey):
        a_line(journey, "One", "Two")

        content = builder.get("export/").content
        Journey.objects.filter(pk=journey.pk).update(name="Before")
        file = SimpleUploadedFile("journey.json", content)
        answer = builder.client.post(
            "/admin/journeys/journey/add/",
            {"start": "file", "site": journey.site.pk, "name": "", "file": file},
        )

        copy = Journey.objects.get(name="Spring")
        assert answer.url == f"/admin/journeys/journey/{copy.pk}/change/"
        assert flow_of(copy) == flow_of(journey)
        assert [row["name"] for row in json.loads(content)["journeys"]] == ["Spring"]


class TestCreating:
    ADD = "/admin/journeys/journey/add/"

    def add(self, builder, **values):
        return builder.client.post(self.ADD, {"site": builder.journey.site.pk, **values})

    def test_it_begins_empty(self, builder):
        answer = self.add(builder, start="empty", name="Win back")

        made = Journey.objects.get(name="Win back")
        assert answer.url == f"/admin/journeys/journey/{made.pk}/change/"
        assert not made.steps.exists()

    def test_it_begins_with_a_template(self, builder):
        for number, template in enumerate(templates.TEMPLATES):
            self.add(builder, start=template.slug, name=f"Mine {number}")

            made = Journey.objects.get(name=f"Mine {number}")
            assert made.steps.exists()
            assert made.site == builder.journey.site

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"start": "empty", "name": ""}, "name"),
            ({"start": "empty", "name": "Spring"}, "name"),
            ({"start": "explode", "name": "X"}, "start"),
            ({"start": "file", "name": "X"}, "file"),
            ({"start": "empty", "name": "X", "site": "999999"}, "site"),
        ],
    )
    def test_it_says_what_is_wrong(self, builder, values, field):
        before = Journey.objects.count()

        answer = self.add(builder, **values)

        assert list(answer.context["form"].errors) == [field]
        assert Journey.objects.count() == before

    @pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b'{"type": "x"}'])
    def test_it_refuses_a_file_that_is_none(self, builder, content):
        file = SimpleUploadedFile("journey.json", content)

        answer = self.add(builder, start="file", file=file)

        assert list(answer.context["form"].errors) == ["file"]

    def test_it_is_not_for_those_who_only_look(self, client, db):
        client.force_login(a_user("Analyst"))

        assert client.get(self.ADD).status_code == 403
        assert client.post(self.ADD, {"start": "empty", "name": "X"}).status_code == 403


class TestDeleting:
    def test_it_deletes_a_draft_with_its_steps(self, builder, journey):
        a_line(journey, "One")

        builder.post("delete/", post="yes")

        assert not Journey.objects.filter(pk=journey.pk).exists()

    def test_it_refuses_what_was_published(self, live):
        assert live.post("delete/", post="yes").status_code == 403
        assert Journey.objects.filter(pk=live.journey.pk).exists()

    def test_nothing_is_exported_to_strangers(self, client, live):
        client.logout()

        assert live.get("export/").status_code == 302
