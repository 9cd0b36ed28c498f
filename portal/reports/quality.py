"""How good the data behind a review is, partnership by partnership, and what the reader's sight takes from it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.runs.selectors import AccountRow, Overview, PartnershipSummary
from integrations.ingestion.models import Submission
from integrations.ingestion.selectors import Reporting, SubmissionRow, get_reporting, list_submissions
from partners.access.doors import list_shared_categories
from partners.agreements.models import Category, Granularity, Partnership
from partners.organisations.roles import Permission, can
from partners.tenancy.context import current_organisation_id
from portal.reports.references import address
from portal.telling.accounts import other_side
from portal.telling.levels import losses
from portal.telling.sharing import Agreement, list_agreements
from portal.telling.wording import day, days, short_number, word

LATEST_FILES = 100
SHOWN_FILES = 3  # of those that lost rows
TOO_SHORT = ("too few orders", "too short a history")


@dataclass(frozen=True)
class Fact:
    """A line of a partnership's data quality. `is_warning`: somebody has to act on it."""

    label: str
    lines: list[str]
    is_warning: bool = False


@dataclass(frozen=True)
class Quality:
    """One partnership; `page` is its address, '' for a reader who may not open it."""

    name: str
    page: str
    facts: list[Fact]


def list_quality(overview: Overview, written_at: datetime) -> list[Quality]:
    """Each partnership's data: how old, how it comes, what of it is shared, what was left out.

    Files and agreements are told to those whose role sees them in the portal.
    """
    partnerships = [summary.partnership for summary in overview.summaries]
    agreements = {one.partnership.pk: one for one in list_agreements(partnerships, overview.accounts)}
    shared, accounts = list_shared_categories(partnerships), defaultdict(list)
    for row in overview.accounts:
        accounts[row.partnership.pk].append(row)
    sent = _sent_by_us(partnerships)
    found = []
    for summary in overview.summaries:
        key = summary.partnership.pk
        facts = [
            *_age(summary),
            *_reporting(summary.partnership, written_at),
            *_sharing(agreements.get(key), shared[key], summary.levels),
            *_too_short(accounts[key]),
            *_left_out(sent[key]),
        ]
        found.append(Quality(other_side(summary.partnership), _page(summary.partnership), facts))
    return found


def notes_on(overview: Overview) -> list[str]:
    """What holds for the whole document: of what its amounts are, and that currencies are not added."""
    stakes, notes = [row.stake for row in overview.late if row.stake], []
    if len({stake.basis for stake in stakes}) > 1:
        notes.append(_("Where the margin is not known, net revenue stands in for gross profit."))
    currencies = {stake.money.currency for stake in stakes}
    currencies |= {row.net.currency for row in overview.accounts if row.net}
    if len(currencies) > 1:
        text = _("Amounts are in several currencies (%(currencies)s): each stands as it is, none are added.")
        notes.append(text % {"currencies": ", ".join(sorted(currencies))})
    return notes


def _page(partnership: Partnership) -> str:
    if not can(Permission.VIEW_PARTNERSHIPS):
        return ""
    return address(reverse("partnership", args=[partnership.public_id]))


def _age(summary: PartnershipSummary) -> Iterator[Fact]:
    if summary.run is None or not summary.is_in_sight:
        yield Fact(_("Data until"), [_("nothing in sight yet")])
        return
    yield Fact(_("Data until"), [f"{day(summary.run.as_of)} · {summary.run.public_id}"])


def _reporting(partnership: Partnership, written_at: datetime) -> Iterator[Fact]:
    if not can(Permission.VIEW_PARTNERSHIPS):
        return
    reporting = get_reporting(partnership, timezone.localdate(written_at))
    if reporting.files:
        lines = [_files(reporting), *_rhythm(reporting)]
        yield Fact(_("Files recorded"), [" · ".join(lines)], is_warning=reporting.is_late)


def _files(reporting: Reporting) -> str:
    last = _("last on %(day)s") % {"day": day(reporting.last_on)}
    return f"{short_number(reporting.files)} · {last}"


def _rhythm(reporting: Reporting) -> list[str]:
    if reporting.usual_days is None:
        return []
    usual = _("usually every %(days)s") % {"days": days(reporting.usual_days)}
    text = _("late: one was due on %(day)s") if reporting.is_late else _("next one due on %(day)s")
    return [usual, text % {"day": day(reporting.due_on)}]


def _sharing(
    agreement: Agreement | None, shared: frozenset[Category], levels: Collection[int]
) -> Iterator[Fact]:
    """For a maker what it sees and what it lacks, for a distributor what the other side sees."""
    if agreement is None:
        return
    is_own = agreement.partnership.distributor_id == current_organisation_id()
    if is_own and not can(Permission.VIEW_PARTNERSHIPS):
        return
    lines = [
        f"{word(granted.category.value, 'categories')}: {term.dated}"
        for granted in agreement.granted
        if granted.category in shared
        for term in granted.terms
    ]
    if is_own:
        yield Fact(_("What they see"), lines or [_("Nothing is shared: they see no row of yours.")])
    elif lines:
        yield Fact(_("What you see"), lines)
        if lost := list(_lost(levels, shared)):
            yield Fact(_("What is missing"), lost)


def _lost(levels: Collection[int], shared: frozenset[Category]) -> Iterator[str]:
    """What a maker's document lacks because of what is not granted."""
    yield from map(str, losses(levels))
    if Category.PRICE not in shared:
        yield _("Without prices: no amounts, and the last step of the ladder is not measured.")
    if Category.IDENTITY not in shared and set(levels) != {Granularity.AREA}:
        yield _("Without customer names: a pseudonym stands for each.")


def _too_short(accounts: Sequence[AccountRow]) -> Iterator[Fact]:
    short = sum(row.judgement in TOO_SHORT for row in accounts)
    if short:
        text = ngettext(
            "%(number)s of %(total)s accounts: too few orders or too short a history",
            "%(number)s of %(total)s accounts: too few orders or too short a history",
            short,
        )
        counts = {"number": short_number(short), "total": short_number(len(accounts))}
        yield Fact(_("Not judged"), [text % counts])


def _sent_by_us(partnerships: Sequence[Partnership]) -> Mapping[int, list[SubmissionRow]]:
    """The reader's own latest files that were recorded without some of their rows."""
    found: defaultdict[int, list[SubmissionRow]] = defaultdict(list)
    if can(Permission.VIEW_SUBMISSIONS):
        for row in list_submissions(partnerships, LATEST_FILES):
            is_recorded = row.submission.state == Submission.State.COMMITTED
            if is_recorded and row.detail is not None and row.detail.quarantined:
                found[row.partnership.pk].append(row)
    return found


def _left_out(files: Sequence[SubmissionRow]) -> Iterator[Fact]:
    if not files:
        return
    lines = [
        _rows_left_out(row.submission.file_name, row.detail.quarantined)
        for row in files[:SHOWN_FILES]
        if row.detail
    ]
    if len(files) > SHOWN_FILES:
        lines.append(_("and %(number)s files before") % {"number": short_number(len(files) - SHOWN_FILES)})
    yield Fact(_("Not taken"), lines, is_warning=True)


def _rows_left_out(file_name: str, rows: int) -> str:
    pattern = ngettext("%(file)s: %(rows)s row", "%(file)s: %(rows)s rows", rows)
    return pattern % {"file": file_name, "rows": short_number(rows)}
