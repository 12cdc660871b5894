import pytest
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from apps.accounts import wakeups
from apps.accounts.models import WakeUp

TASK = "apps.delivery.tasks.send"


@pytest.mark.django_db
class TestCall:
    @pytest.fixture(autouse=True)
    def _commits(self, django_capture_on_commit_callbacks):
        self.committing = django_capture_on_commit_callbacks

    def call(self):
        with self.committing(execute=True):
            wakeups.call(TASK)

    def test_it_wakes_a_worker_once_for_many_calls(self):
        for _ in range(3):
            self.call()

        assert OrmQ.objects.count() == 1

    def test_it_wakes_again_after_the_task_began_to_look(self):
        self.call()
        wakeups.heard(TASK)

        self.call()

        assert OrmQ.objects.count() == 2

    def test_it_wakes_again_when_a_call_was_lost(self):
        self.call()
        WakeUp.objects.update(called_at=timezone.now() - timezone.timedelta(minutes=1))

        self.call()

        assert OrmQ.objects.count() == 2

    def test_it_wakes_nobody_for_a_transaction_that_fails(self):
        with self.committing(execute=False):
            wakeups.call(TASK)

        assert OrmQ.objects.count() == 0


@pytest.mark.django_db
class TestSyncSchedules:
    def test_it_makes_every_net_once(self, settings):
        wakeups.sync_schedules()
        wakeups.sync_schedules()

        found = Schedule.objects.order_by("id").values_list("name", "func", "minutes")
        assert sorted(found) == sorted(settings.PERIODIC_TASKS)

    def test_it_ends_a_schedule_that_is_listed_no_more(self, settings):
        wakeups.sync_schedules()
        settings.PERIODIC_TASKS = settings.PERIODIC_TASKS[:1]

        wakeups.sync_schedules()

        assert Schedule.objects.count() == 1

    def test_it_leaves_the_operators_own_schedules(self):
        Schedule.objects.create(name="Backup", func="backup.run", schedule_type="D")

        wakeups.sync_schedules()

        assert Schedule.objects.filter(name="Backup").exists()
