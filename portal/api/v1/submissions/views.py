"""Files: sent, followed, recorded; by the same services as the pages and the command."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from integrations.ingestion.models import Submission
from integrations.ingestion.selectors import (
    SubmissionRow,
    get_submission,
    list_submissions_after,
    page_quarantined,
)
from integrations.ingestion.services import (
    SubmissionError,
    confirm_submission,
    discard_submission,
    receive_file,
)
from partners.access.doors import list_partnerships
from partners.organisations.roles import Permission
from partners.tenancy.actors import Scope
from portal.api.idempotency import PIECE, Made, once
from portal.api.problems import BadValue, Problem, error_at
from portal.api.schema import page_of
from portal.api.v1.submissions.serializers import (
    AnswersSerializer,
    NewSubmissionSerializer,
    NothingSerializer,
    RowErrorSerializer,
    SubmissionSerializer,
    SubmissionsQuery,
)
from portal.api.views import ApiView, PageQuery, chosen_partnerships

READS = (Scope.SUBMISSIONS_READ, Permission.VIEW_SUBMISSIONS)
WRITES = (Scope.SUBMISSIONS_WRITE, Permission.SUBMIT)


class SubmissionView(ApiView):
    """What the calls about files have in common."""

    reads, writes = READS, WRITES

    def shown(self, made: Made) -> Response:
        """The file as it stands."""
        picture = get_submission(made.public_id)
        row = SubmissionRow(picture.submission, picture.partnership, picture.detail)
        headers = {"Location": f"/api/v1/submissions/{made.public_id}"} if made.status == 202 else {}
        return self.one(SubmissionSerializer(row), made.status, **headers)


class Submissions(SubmissionView):
    """All files, and new ones."""

    query = SubmissionsQuery

    def get_parsers(self) -> list[Any]:
        return [MultiPartParser()] if self.request is None or self.request.method == "POST" else []

    @extend_schema(
        operation_id="list_submissions",
        parameters=[SubmissionsQuery],
        responses=page_of(SubmissionSerializer),
    )
    def get(self, request: Request) -> Response:
        """List files, the newest first: your own, and a distributor's recorded ones as far as it shares that."""
        given = self.parameters()
        partnerships = chosen_partnerships(given["partnership"])
        asked = self.asked(given, partnerships)
        rows = list_submissions_after(partnerships, asked.after[0] if asked.after else None, asked.limit + 1)
        return self.page(asked.page(rows, lambda row: [row.submission.pk]), SubmissionSerializer)

    @extend_schema(
        operation_id="send_file",
        request={"multipart/form-data": NewSubmissionSerializer},
        responses={202: SubmissionSerializer},
    )
    def post(self, request: Request) -> Response:
        """Send a file. It is kept at once and checked by a worker: follow it under the address in `Location`."""
        given = self.given(NewSubmissionSerializer)
        return once(request, self.identified, lambda: _receive(given), self.shown)


class OneSubmission(SubmissionView):
    """One file."""

    @extend_schema(operation_id="get_submission", responses=SubmissionSerializer)
    def get(self, request: Request, submission: str) -> Response:
        """Read how far one of your files is, and what was found in it."""
        return self.shown(Made(submission, 200))


class Rows(SubmissionView):
    """The rows of a file that were not taken."""

    query = PageQuery

    @extend_schema(
        operation_id="list_row_errors", parameters=[PageQuery], responses=page_of(RowErrorSerializer)
    )
    def get(self, request: Request, submission: str) -> Response:
        """List the defects of the rows that were kept out, in the order of the file."""
        asked = self.asked(self.parameters(), list_partnerships())
        after = (asked.after[0], asked.after[1]) if asked.after else None
        rows = page_quarantined(submission, after, asked.limit + 1)
        return self.page(asked.page(rows, lambda row: [row.source_row, row.pk]), RowErrorSerializer)


class Commit(SubmissionView):
    """Recording a file."""

    @extend_schema(
        operation_id="commit_submission", request=AnswersSerializer, responses=SubmissionSerializer
    )
    def post(self, request: Request, submission: str) -> Response:
        """Have a checked file recorded, once each of its questions is answered."""
        confirmed = set(self.given(AnswersSerializer)["confirmed"])

        def act() -> Made:
            picture = get_submission(submission)
            if confirmed != set(range(len(picture.detail.asked))):
                raise _questions_open(picture.detail.questions)
            return _step(picture.submission, confirm_submission)

        return once(request, self.identified, act, self.shown)


class Discard(SubmissionView):
    """Giving a file up."""

    @extend_schema(operation_id="discard_submission", request=None, responses=SubmissionSerializer)
    def post(self, request: Request, submission: str) -> Response:
        """Discard a file that is not recorded yet."""
        self.given(NothingSerializer)
        return once(
            request,
            self.identified,
            lambda: _step(get_submission(submission).submission, discard_submission),
            self.shown,
        )


def _receive(given: dict[str, Any]) -> Made:
    found = [one for one in list_partnerships() if one.public_id == given["partnership"]]
    if not found:
        raise BadValue("partnership", "There is no such partnership.")
    try:
        with transaction.atomic():
            received = receive_file(
                found[0],
                given["file"].name,
                given["file"].chunks(PIECE),
                source=Submission.Source.API,
                all_or_nothing=given["all_or_nothing"],
                restates=given["restates"],
                feed=given["feed"],
                sheet=given["sheet"],
                trusted=given["record_when_clear"],
            )
    except SubmissionError as refused:
        error = error_at("partnership", "refused", str(refused))
        raise Problem(400, "refused", str(refused), [error]) from refused
    return Made(received.public_id, 202)


def _step(submission: Submission, service: Callable[[Submission], object]) -> Made:
    try:
        with transaction.atomic():
            service(submission)
    except SubmissionError as refused:
        raise Problem(409, "wrong_state", str(refused)) from refused
    return Made(submission.public_id, 200)


def _questions_open(questions: list[str]) -> Problem:
    sentence = "Answer each question of the check: give all their numbers in 'confirmed', from 0."
    errors = [error_at("confirmed", "questions_open", question) for question in questions]
    return Problem(400, "questions_open", sentence, errors)
