"""What a person must say before a file is committed: where it can be read in two ways, or looks like another's."""

from collections.abc import Mapping
from datetime import date
from statistics import median

from django.db import connection
from psycopg import sql

from integrations.ingestion.models import FeedMapping
from integrations.ingestion.reading import FEEDS, Examination
from integrations.ingestion.reading.fields import normalised_heading
from integrations.ingestion.reading.mapping import ColumnMapping
from integrations.ingestion.reading.tables import Format
from integrations.ingestion.reasons import Question, Said, to_say
from integrations.ingestion.recording import Recorder
from integrations.ingestion.recording.lines import LINE_KINDS, Lines
from partners.accounts.services import AccountSeen
from partners.agreements.models import Partnership
from partners.ledger.selectors import sum_units_by_month
from partners.ledger.staging import StagedMonth, list_new_accounts, list_staged_months, sum_staged_months

MOST_SAID = 3  # of one kind
ENOUGH_ROWS, FEW_ROWS, FEW_SHARE = 20, 10, 0.02  # more rows than a few are no slip of the keyboard
NORM_MONTHS, ENOUGH_MONTHS, TOLERANCE = 12, 6, 0.15
# Customers that stand for whoever comes in; folded as headings are.
NO_CUSTOMERS = frozenset({
    "cash", "cashsale", "cashsales", "cashcustomer", "cashcustomers", "cashaccount", "counter", "countersale",
    "countersales", "walkin", "walkincustomer", "onetimecustomer", "misc", "miscellaneous", "various", "sundry",
    "barverkauf", "barkunde", "barzahler", "laufkunde", "laufkundschaft", "diverse", "cpd", "clientcomptant",
    "ventecomptoir", "comptoir", "clientdepassage", "divers", "clientecontado", "ventamostrador", "mostrador", "varios",
    "clienteoccasionale", "ventabanco", "contanteklant", "balieverkoop", "diversen", "klientdetaliczny",
    "sprzedazdetaliczna",
})  # fmt: skip
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


def list_questions(
    partnership: Partnership,
    examination: Examination,
    recorder: Recorder,
    accounts: Mapping[str, AccountSeen],
) -> list[Said]:
    """What is to be confirmed; the compared rows are in the session's staging table, `accounts` by their codes."""
    asked = [
        *_sheets(examination.layout),
        *_columns(examination),
        *_fields_gone(partnership, examination),
        *_conventions(examination),
        *_other_company(partnership, recorder),
    ]
    if isinstance(recorder, Lines):
        months = list_staged_months()
        asked += [*_no_customer(accounts), *_far_months(months), *_off_norm(partnership, months)]
    return asked


def _sheets(layout: Format) -> list[Said]:
    """Whether the right sheet of several is read, unless a person chose it."""
    if not layout.sheet or layout.sheet == layout.sought:
        return []
    if layout.sought:
        return [to_say(Question.SHEET_GONE, {"sought": layout.sought, "sheet": layout.sheet})]
    others = ", ".join(other.name for other in layout.others if other.alike)
    return [to_say(Question.SHEET, {"sheet": layout.sheet, "others": others})] if others else []


def _columns(examination: Examination) -> list[Said]:
    return [
        to_say(Question.COLUMN, {"column": column.heading, "field": column.field.replace("_", " ")})
        for column in examination.mapping.columns
        if column.field and _is_doubtful(column, examination)
    ]


def _fields_gone(partnership: Partnership, examination: Examination) -> list[Said]:
    """Whether what is asked for by agreement, and was there before, may be missing: amounts lost with a column."""
    before = FeedMapping.objects.filter(partnership_id=partnership.pk, feed=examination.feed).first()
    held = Examination.from_json(before.examination).mapping.positions.keys() if before else set()
    gone = [
        field.key.replace("_", " ")
        for field in FEEDS[examination.feed].fields
        if field.requirement == "by_agreement" and field.key in held - examination.mapping.positions.keys()
    ]
    return [to_say(Question.FIELDS_GONE, {"fields": ", ".join(gone)})] if gone else []


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


# --- of lines alone ---


def _no_customer(accounts: Mapping[str, AccountSeen]) -> list[Said]:
    """Customers that stand for many, such as CASH SALE; once they are recorded nobody is asked again."""
    asked = []
    for code, rows in list_new_accounts():
        for called in (accounts[code].name, code):
            if normalised_heading(called) in NO_CUSTOMERS:
                asked.append(to_say(Question.NO_CUSTOMER, {"rows": rows, "found": called}))
                break
    return asked[:MOST_SAID]


def _far_months(months: list[StagedMonth]) -> list[Said]:
    """A few rows whose months lie apart from all others: nearly always a mistyped date."""
    rows = {month.month: month.rows for month in months}
    total, main = sum(rows.values()), _around_the_fullest(rows)
    if total < ENOUGH_ROWS:
        return []
    few = min(FEW_ROWS, max(1, total * FEW_SHARE))
    far = [month for month in rows if _distance(month, main) > 1 and rows[month] <= few]
    return [
        to_say(
            Question.FAR_MONTH,
            {
                "rows": rows[month],
                "total": total,
                "found": f"{month:%Y-%m}",
                "first": f"{main[0]:%Y-%m}",
                "last": f"{main[-1]:%Y-%m}",
            },
        )
        for month in far[:MOST_SAID]
    ]


def _around_the_fullest(rows: dict[date, int]) -> list[date]:
    """The run of months without a gap in which the month with most rows lies; empty where there is none."""
    runs: list[list[date]] = []
    for month in sorted(rows):
        if runs and _number(month) - _number(runs[-1][-1]) == 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    return max(runs, key=lambda run: max(rows[month] for month in run), default=[])


def _distance(month: date, run: list[date]) -> int:
    """How many months it lies off the run; 0 within."""
    return max(_number(run[0]) - _number(month), _number(month) - _number(run[-1]), 0)


def _number(month: date) -> int:
    return month.year * 12 + month.month


def _off_norm(partnership: Partnership, months: list[StagedMonth]) -> list[Said]:
    """Whole months, new for the most part, that come to far more or less than the year before them: by more than 15 %
    and by more than three times what is usual (the median absolute deviation, scaled to a standard deviation)."""
    whole = [month.month for month in months if month.is_whole and month.fresh * 2 >= month.rows]
    recorded = sum_units_by_month(partnership.pk) if whole else {}
    usual = {month: known for month in whole if len(known := _before(month, recorded)) >= ENOUGH_MONTHS}
    told = sum_staged_months(partnership) if usual else {}
    asked: list[Said] = []
    for month, known in usual.items():
        norm = median(known)
        spread = (
            max(TOLERANCE, 3 * 1.4826 * median(abs(units - norm) for units in known) / norm) if norm else 0
        )
        if norm > 0 and abs(told[month] / norm - 1) > spread:
            params = {"month": f"{month:%Y-%m}", "units": _whole(told[month]), "usual": _whole(norm)}
            asked.append(to_say(Question.OFF_NORM, {**params, "spread": round(100 * spread)}))
    return asked[:MOST_SAID]


def _before(month: date, recorded: Mapping[date, float]) -> list[float]:
    """Of the year before a month, those that are recorded."""
    return [units for other, units in recorded.items() if 0 < _number(month) - _number(other) <= NORM_MONTHS]


def _whole(units: float) -> str:
    return f"{units:,.0f}"
