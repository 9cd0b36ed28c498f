"""What a check found in a file, arranged for a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.forms import BoundField

from analytics.runs.reading import Money
from integrations.ingestion.models import QuarantinedRow, Submission
from integrations.ingestion.reading import Examination
from integrations.ingestion.selectors import ReasonCount, SubmissionPicture
from portal.ui.submissions.forms import PREFIX, MappingForm

MOVING = frozenset({Submission.State.RECEIVED, Submission.State.CHECKING, Submission.State.COMMITTING})
SHOWN_VALUES = 3
DOUBTFUL = 0.8  # a mapping less sure than this is pointed out


@dataclass(frozen=True)
class MappedColumn:
    """A column of the file with the select for its field, and what its values look like."""

    heading: str
    field: str
    select: BoundField
    confidence: float
    why: str
    values: list[str]
    form: str
    form_why: str
    is_doubtful: bool


@dataclass(frozen=True)
class Restated:
    """A month that the file states anew: what it comes to until now, and with it."""

    month: date
    lines_before: int
    lines_after: int
    before: Money
    after: Money

    @property
    def difference(self) -> Money:
        """By how much the net amount changes."""
        return Money(self.after.amount - self.before.amount, self.after.currency)


@dataclass(frozen=True)
class Totals:
    """What the file adds up to."""

    rows: int
    accepted: int
    duplicates: int
    quarantined: int
    set_aside: int
    changed: int
    replaced: int
    accounts: int
    documents: int
    first_on: date | None
    last_on: date | None
    net: list[Money]
    restated: list[Restated]


@dataclass(frozen=True)
class FaultGroup:
    """The rows that one reason kept out, as far as they are listed."""

    count: ReasonCount
    rows: list[QuarantinedRow]


def read_examination(saved: dict[str, Any]) -> Examination | None:
    """The examination as it was kept; None before there is one."""
    return Examination.from_json(saved) if saved else None


def mapped_columns(examination: Examination, form: MappingForm) -> list[MappedColumn]:
    """Each column of the file in its order."""
    conventions = examination.conventions.by_field
    found = []
    for column in examination.mapping.columns:
        convention = conventions.get(column.field or "")
        found.append(
            MappedColumn(
                heading=column.heading,
                field=column.field or "",
                select=form[f"{PREFIX}{column.position}"],
                confidence=column.confidence,
                why=column.why,
                values=_values(examination, column.position),
                form=convention.form if convention else "",
                form_why=convention.why if convention else "",
                is_doubtful=(bool(column.field) and column.confidence < DOUBTFUL)
                or (convention is not None and not convention.certain),
            )
        )
    return found


def totals(saved: dict[str, Any]) -> Totals | None:
    """The totals of a check; None before there are any."""
    if not saved:
        return None
    counts = {name: int(saved.get(name) or 0) for name in _COUNTS}
    return Totals(
        **counts,
        first_on=_date(saved.get("first_on")),
        last_on=_date(saved.get("last_on")),
        net=[Money(Decimal(amount), currency) for currency, amount in saved.get("net", {}).items()],
        restated=[_restated(month) for month in saved.get("restated", [])],
    )


def fault_groups(picture: SubmissionPicture) -> list[FaultGroup]:
    """Quarantined rows by reason, the most frequent first."""
    return [
        FaultGroup(count, [row for row in picture.quarantined if row.reason == count.reason])
        for count in picture.reasons
    ]


_COUNTS = (
    "rows", "accepted", "duplicates", "quarantined", "set_aside", "changed", "replaced", "accounts", "documents",
)  # fmt: skip


def _restated(month: dict[str, Any]) -> Restated:
    return Restated(
        date.fromisoformat(month["month"]),
        month["lines_before"],
        month["lines_after"],
        Money(Decimal(month["net_before"]), month["currency"]),
        Money(Decimal(month["net_after"]), month["currency"]),
    )


def _values(examination: Examination, position: int) -> list[str]:
    """The first different values of a column."""
    cells: Sequence[str] = [cells[position] for _, cells in examination.sample if position < len(cells)]
    return list(dict.fromkeys(cell for cell in cells if cell))[:SHOWN_VALUES]


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
