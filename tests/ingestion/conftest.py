"""Sending a file as Ana of Northwest, all the way or as far as a test wants."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from integrations.ingestion.models import QuarantinedRow, Submission, SubmissionCheck
from integrations.ingestion.services import (
    check_submission,
    commit_submission,
    confirm_submission,
    receive_file,
)
from partners.tenancy.context import acting_as
from tests.world import World


@dataclass
class Desk:
    """Somebody's desk: files go out, and what became of them can be looked at."""

    world: World
    person: str
    maker: str
    distributor: str

    def receive(self, content: bytes, name: str = "sales.csv", **words: Any) -> Submission:
        partnership = self.world.partnerships[self.maker, self.distributor]
        with acting_as(self.world.actor(self.person)):
            return receive_file(partnership, name, [content], source=Submission.Source.UPLOAD, **words)

    def check(self, content: bytes, name: str = "sales.csv", **words: Any) -> Submission:
        submission = self.receive(content, name, **words)
        check_submission(submission.pk, submission.distributor_id)
        return self.again(submission)

    def send(self, content: bytes, name: str = "sales.csv", **words: Any) -> Submission:
        return self.resume(self.receive(content, name, **words))

    def resume(self, submission: Submission) -> Submission:
        """Checked and, where the check allows it, recorded."""
        check_submission(submission.pk, submission.distributor_id)
        submission = self.again(submission)
        if submission.state == Submission.State.CHECKED:
            with acting_as(self.world.actor(self.person)):
                confirm_submission(submission)
            commit_submission(submission.pk, submission.distributor_id)
        return self.again(submission)

    def again(self, submission: Submission) -> Submission:
        with acting_as(self.world.actor(self.person)):
            return Submission.objects.get(pk=submission.pk)

    def check_of(self, submission: Submission) -> SubmissionCheck:
        with acting_as(self.world.actor(self.person)):
            return SubmissionCheck.objects.get(submission=submission)

    def sentences(self, submission: Submission) -> list[str]:
        with acting_as(self.world.actor(self.person)):
            return [
                row.sentence for row in QuarantinedRow.objects.filter(submission=submission).order_by("id")
            ]


@pytest.fixture
def ana(world: World) -> Desk:
    return Desk(world, "ana", "adventure", "northwest")


@pytest.fixture
def sam(world: World) -> Desk:
    return Desk(world, "sam", "adventure", "southwest")


Send = Callable[[bytes], Submission]
