import pytest

from apps.accounts import keys
from apps.assets import labels
from apps.assets.models import Asset, Image, Popup, Push
from apps.journeys.models import Journey
from apps.segments.models import Segment
from tests.accounts.house import address
from tests.factories import a_push


class TestRead:
    def test_it_reads_numbers_and_what_writes_them(self):
        assert [keys.read(text) for text in ("7", "007", 7, "9" * 18)] == [7, 7, 7, 10**18 - 1]

    @pytest.mark.parametrize("text", ["", None, "-1", "1.0", " 1", "²", "٣", "9" * 19, "9" * 5_000])
    def test_it_takes_nothing_else_for_a_key(self, text):
        assert keys.read(text) is None


@pytest.mark.django_db
@pytest.mark.parametrize("digits", [19, 5_000])
class TestANumberThatNoKeyCanBe:
    @pytest.mark.parametrize("model", [Asset, Push, Popup, Image, Segment, Journey])
    @pytest.mark.parametrize("page", ["change", "delete", "history"])
    def test_it_is_a_row_that_is_not_there(self, administrator, model, page, digits):
        listed = address(model, "changelist", None)

        answer = administrator.get(f"{listed}{'9' * digits}/{page}/")

        if model is Asset:
            assert answer.status_code == 404
        else:
            assert answer.url == "/admin/"

    @pytest.mark.parametrize("page", ["change", "delete", "history"])
    def test_nor_is_one_below_nothing(self, administrator, page, digits):
        answer = administrator.get(f"/admin/assets/push/-{'9' * digits}/{page}/")

        assert answer.url == "/admin/"

    @pytest.mark.parametrize("filter", ["site", "site__id__exact", "site__id__in"])
    @pytest.mark.parametrize("before", ["", "-", "1,"])
    def test_no_list_is_filtered_by_it(self, administrator, filter, before, digits):
        answer = administrator.get("/admin/assets/push/", {filter: before + "9" * digits})

        assert answer.status_code == 400

    def test_a_list_is_filtered_by_a_label_of_that_name(self, administrator, digits):
        found, _ = a_push(name="a"), a_push(name="b")
        name = ("9" * digits)[:40]
        labels.add([found], name)

        answer = administrator.get("/admin/assets/push/", {"label": name})

        assert list(answer.context["cl"].result_list) == [found]

    @pytest.mark.parametrize("action", ["clone", "activate", "archive"])
    def test_nothing_can_be_done_with_it(self, administrator, action, digits):
        answer = administrator.get(f"/admin/assets/push/{'9' * digits}/{action}/")

        assert answer.status_code in (403, 404)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["²", "9" * 30])
class TestDigitsThatAreNoNumber:
    def test_as_a_kind_they_lead_to_the_choice_of_kinds(self, administrator, text):
        answer = administrator.get("/admin/assets/asset/add/", {"ct_id": text})

        assert 'class="choose-kind"' in answer.content.decode()

    def test_nobody_is_found_by_them(self, administrator, text):
        answer = administrator.get("/admin/accounts/contact/", {"q": text})

        assert list(answer.context["cl"].result_list) == []
