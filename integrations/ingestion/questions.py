"""What a person must say before a file is committed: where it can be read in two ways, or looks like another's."""

from django.db import connection
from psycopg import sql

from integrations.ingestion.reading import FEEDS, Examination
from integrations.ingestion.reading.fields import normalised_heading
from integrations.ingestion.reading.mapping import ColumnMapping
from integrations.ingestion.reasons import Question, Said, to_say
from integrations.ingestion.recording import Recorder
from integrations.ingestion.recording.lines import LINE_KINDS
from partners.agreements.models import Partnership

KNOWN_BEFORE = 10  # accounts that must be known before strangers are remarkable
STRANGERS = 5
MOST_KNOWN_SHARE = 0.05

_FORMS = {
    question.value: question
    for question in (
        Question.POINT,
        Question.COMMA,
        Question.YMD,
        Question.DMY,
        Question.MDY,
        Question.SERIAL,
    )
}


def list_questions(partnership: Partnership, examination: Examination, recorder: Recorder) -> list[Said]:
    """What is to be confirmed; the compared rows are in the session's staging table."""
    return [*_columns(examination), *_conventions(examination), *_other_company(partnership, recorder)]


def _columns(examination: Examination) -> list[Said]:
    return [
        to_say(Question.COLUMN, {"column": column.heading, "field": column.field.replace("_", " ")})
        for column in examination.mapping.columns
        if column.field and _is_doubtful(column, examination)
    ]


def _is_doubtful(column: ColumnMapping, examination: Examination) -> bool:
    """A heading that is only near a known one, or that names another field as well, which no column holds."""
    if column.why != "shared_alias":
        return column.why == "near"
    meanings = set(FEEDS[examination.feed].keys_by_heading[normalised_heading(column.heading)])
    if column.field != "transaction_type" and not _holds_kinds(column, examination):
        meanings.discard("transaction_type")
    return not meanings <= examination.mapping.positions.keys()


def _holds_kinds(column: ColumnMapping, examination: Examination) -> bool:
    """Whether the first rows of a column hold kinds of transaction."""
    return any(cells[column.position].strip().casefold() in LINE_KINDS for _, cells in examination.sample)


def _conventions(examination: Examination) -> list[Said]:
    return [
        to_say(_FORMS[column.form], {"column": column.heading})
        for column in examination.conventions.uncertain
    ]


def _other_company(partnership: Partnership, recorder: Recorder) -> list[Said]:
    """Customers that are nearly all new, where the distributor's are known: perhaps another company's file.

    Only the distributor's own record is asked, so the answer tells nothing of anybody else.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT count(DISTINCT account_code),"
                " count(DISTINCT account_code) FILTER (WHERE account_id IS NOT NULL)"
                " FROM {} WHERE account_code <> ''"
            ).format(sql.Identifier(recorder.compared))
        )
        told, met = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM accounts_accounthandle WHERE partnership_id = %s", [partnership.pk]
        )
        known = cursor.fetchone()[0]
    if known < KNOWN_BEFORE or told < STRANGERS or met > told * MOST_KNOWN_SHARE:
        return []
    return [to_say(Question.OTHER_COMPANY, {"told": told, "new": told - met, "known": known})]
