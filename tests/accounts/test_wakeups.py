from datetime import time

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

        found = {row.name: row for row in Schedule.objects.all()}
        assert len(found) == len(settings.PERIODIC_TASKS)
        for name, func, every in settings.PERIODIC_TASKS:
            row = found[name]
            assert row.func == func
            if isinstance(every, time):
                assert (row.schedule_type, row.next_run.time()) == (Schedule.DAILY, every)
            else:
                assert (row.schedule_type, row.minutes) == (Schedule.MINUTES, every)

    def test_it_leaves_the_next_run_of_a_day_where_it_is(self, settings):
        settings.PERIODIC_TASKS = [("Clean", "apps.accounts.tasks.clean", time(3, 30))]
        wakeups.sync_schedules()
        overdue = timezone.now() - timezone.timedelta(hours=1)
        Schedule.objects.update(next_run=overdue)

        wakeups.sync_schedules()

        assert Schedule.objects.get().next_run == overdue

    def test_it_ends_a_schedule_that_is_listed_no_more(self, settings):
        wakeups.sync_schedules()
        settings.PERIODIC_TASKS = settings.PERIODIC_TASKS[:1]

        wakeups.sync_schedules()

        assert Schedule.objects.count() == 1

    def test_it_leaves_the_operators_own_schedules(self):
        Schedule.objects.create(name="Backup", func="backup.run", schedule_type="D")

        wakeups.sync_schedules()

        assert Schedule.objects.filter(name="Backup").exists()
