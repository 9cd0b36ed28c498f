"""One job, one holder; three tries; a job counts when its effect commits."""

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from partners.jobs.lease import MOST_TRIES, LeaseHeldElsewhere, finish, run_once
from partners.jobs.models import Job
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as
from tests.world import World


class Work:
    """Counts how often it ran; fails as often as it was told."""

    def __init__(self, organisation_id: int, failures: int = 0) -> None:
        self.organisation_id, self.failures = organisation_id, failures
        self.runs, self.reasons = 0, list[str]()

    def __call__(self) -> None:
        self.runs += 1
        with acting_as(worker(self.organisation_id)):
            if self.runs <= self.failures:
                raise ValueError("a customer's name must not be kept here")
            finish("job")

    def run(self) -> Job.State:
        return run_once("job", self.organisation_id, self, self.reasons.append)

    def job(self) -> Job:
        with acting_as(worker(self.organisation_id)):
            return Job.objects.get(key="job")


@pytest.fixture
def work(world: World) -> Work:
    return Work(world.orgs["northwest"].pk)


def test_a_job_that_is_done_is_not_done_again(work: Work) -> None:
    assert [work.run(), work.run()] == [Job.State.DONE, Job.State.DONE]
    assert work.runs == 1


def test_a_fault_is_tried_again_and_its_message_is_not_kept(work: Work) -> None:
    work.failures = 1
    with pytest.raises(ValueError, match="customer"):
        work.run()
    assert work.job().error == "ValueError"
    assert work.run() is Job.State.DONE
    assert (work.job().tries, work.job().error) == (2, "")


def test_after_three_tries_it_is_given_up_and_stays_so(work: Work) -> None:
    work.failures = 99
    for _ in range(MOST_TRIES):
        with pytest.raises(ValueError, match="customer"):
            work.run()
    assert work.reasons == ["ValueError"]
    assert work.run() is Job.State.FAILED
    assert (work.runs, work.job().state) == (3, Job.State.FAILED)


def test_a_worker_that_is_killed_each_time_counts_as_tried(work: Work) -> None:
    with acting_as(worker(work.organisation_id)):
        Job.objects.create(key="job", tries=MOST_TRIES)  # as three killed workers leave it
    assert work.run() is Job.State.FAILED
    assert work.runs == 0
    assert work.reasons == ["the worker was killed each time"]


def test_another_session_that_holds_the_lease_is_left_alone(work: Work) -> None:
    with psycopg.connect(_url(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('job', 0))")
        with pytest.raises(LeaseHeldElsewhere):
            work.run()
        other.execute("SELECT pg_advisory_unlock(hashtextextended('job', 0))")
    assert work.run() is Job.State.DONE


def test_who_lost_the_lease_cannot_publish(work: Work) -> None:
    with psycopg.connect(_url(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('job', 0))")
        with pytest.raises(LeaseHeldElsewhere):
            work()


def _url() -> str:
    name = connection.settings_dict["NAME"]
    return psycopg.conninfo.make_conninfo(settings.ADDRESSES.app_url, dbname=name)
