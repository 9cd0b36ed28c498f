"""The weekly account review in words and figures: gathered as its reader, and nothing of it is wider than a page.

Everything is told here, so that drawing it needs neither a database nor anybody to act as. Both parts work in the
language and time zone that the caller has activated.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.runs.areas import AreaRow, Sold
from analytics.runs.pictures import AccountPicture, get_account_picture
from analytics.runs.reading import LATE, Lit
from analytics.runs.selectors import LateOrder, Overview, get_overview
from partners.access.doors import AccountCard, list_partnerships, list_shared_categories
from partners.agreements.models import Category, Partnership
from partners.engagement.selectors import FollowUpRow, list_of_accounts
from partners.organisations.roles import Permission, require
from portal.charts.specs import Spec
from portal.reports.meanings import Meaning, list_meanings
from portal.reports.quality import Quality, list_quality, notes_on
from portal.reports.references import CODE, Reference, address, refer
from portal.telling.accounts import account_name, account_place, account_url, area_name, other_side
from portal.telling.drawings import draw_units
from portal.telling.figures import net_of_year, units_of_year
from portal.telling.headline import Headline, headline
from portal.telling.ladder import Step, ladder, step_label, worst
from portal.telling.sentences import Sentence
from portal.telling.standing import beside, stands
from portal.telling.urgency import SHOWN_SLIPPING, Taken, find_taken, furthest_down, is_urgent
from portal.telling.wording import change, day, days, freshness, money, short_number

SHOWN_LATE = 4  # late accounts that are shown in full
SHOWN_AREAS = 40
NAMED_RUNS = 3


@dataclass(frozen=True)
class Reader:
    """For whom it is rendered; `report` is its public id."""

    name: str
    organisation: str
    report: str


@dataclass(frozen=True)
class LateLine:
    """A row of the late orders; '' for what there is none of. `page`, `follow_up` are addresses."""

    name: str
    place: str
    page: str
    usual_gap: str
    late: str
    is_urgent: bool
    last_order: str
    expected: str
    stake: str
    basis: str
    lit: frozenset[int]
    why: str
    owner: str
    review: str
    follow_up: str
    reference: Reference


@dataclass(frozen=True)
class FollowUpLine:
    """One's own side takes care of an account: what comes next, who does it and until when."""

    step: str
    plan: str
    url: str


@dataclass(frozen=True)
class Fall:
    """An account in full.

    `links` are where the evidence of each step is, `figures` those of a year, `stopped` the families it left.
    """

    name: str
    title: str
    beside: list[Sentence]
    place: str
    page: str
    reference: Reference
    steps: list[Step]
    links: list[str]
    chart: Spec | None
    figures: list[tuple[str, str]]
    stopped: str
    follow_ups: list[FollowUpLine]


@dataclass(frozen=True)
class AreaLine:
    """A postcode area in which no customer is told apart; `told`: its units, families and steps, a line each."""

    name: str
    told: list[str]


@dataclass(frozen=True)
class Review:
    """Everything that the document says. `hint` stands in for the table where there is no row, `home` is an address."""

    reader: Reader
    written_at: datetime
    home: str
    title: str
    sentences: list[Sentence]
    freshness: str
    sources: list[str]
    hint: tuple[str, str]
    stake_label: str
    late: list[LateLine]
    falls: list[Fall]
    areas: list[AreaLine]
    quality: list[Quality]
    notes: list[str]
    meanings: list[Meaning]


def gather_review(reader: Reader, partnerships: Sequence[Partnership], written_at: datetime) -> Review:
    """What the active actor may read of these partnerships, of which those out of reach are left out.

    Raises `PermissionDenied` for a role that does not see accounts.
    """
    require(Permission.VIEW_ACCOUNTS)
    asked = {partnership.pk for partnership in partnerships}
    reached = [partnership for partnership in list_partnerships() if partnership.pk in asked]
    overview, follow_ups = get_overview(reached), list_of_accounts(reached)
    found, taken = headline(overview), find_taken(follow_ups)
    shown = [
        *((row.partnership, row.card) for row in furthest_down(overview.accounts)[:SHOWN_SLIPPING]),
        *((row.partnership, row.card) for row in overview.late[:SHOWN_LATE]),
    ]
    pictures = [(partnership, card, get_account_picture(partnership, card)) for partnership, card in shown]
    bases = {row.stake.basis if row.stake else "units" for row in overview.late}
    shared, is_named = list_shared_categories(reached), len(reached) > 1
    return Review(
        reader=reader,
        written_at=written_at,
        home=address(reverse("home")),
        title=found.title,
        sentences=found.sentences,
        freshness=freshness(found.newest, found.oldest),
        sources=_sources(overview),
        hint=_hint(reached, found),
        stake_label=_stake_label(bases),
        late=[
            _late_line(order, taken, is_named=is_named, is_mixed=len(bases) > 1) for order in overview.late
        ],
        falls=[
            _fall(partnership, card, picture, shared[partnership.pk], follow_ups, is_named=is_named)
            for partnership, card, picture in pictures
        ],
        areas=[_area(row, is_named=is_named) for row in overview.areas[:SHOWN_AREAS]],
        quality=list_quality(overview, written_at),
        notes=notes_on(overview),
        meanings=list_meanings(overview, [picture for *_, picture in pictures]),
    )


def _sources(overview: Overview) -> list[str]:
    """How many partnerships have data, and which runs the figures come from."""
    with_data = [summary for summary in overview.summaries if summary.run and summary.is_in_sight]
    runs = [summary.run.public_id[:CODE] for summary in with_data if summary.run]
    counts = {"number": short_number(len(with_data)), "total": short_number(len(overview.summaries))}
    is_one = len(overview.summaries) < 2
    told = [] if is_one else [_("%(number)s of %(total)s partnerships have data") % counts]
    if not runs:
        return told
    named = ", ".join(runs) if len(runs) <= NAMED_RUNS else _("runs as named under data quality")
    return [*told, named]


def _hint(reached: Sequence[Partnership], found: Headline) -> tuple[str, str]:
    if not reached:
        return _("No partnership is in sight"), _(
            "A partnership shows here as soon as it is yours to work on and a file of it is recorded."
        )
    if not found.newest:
        return _("No sell-through yet"), _(
            "Nothing of any partnership is in sight. What is shared shows here as soon as a file is recorded."
        )
    if not found.judged:
        return _("Not to be known"), _("Who is late shows in single lines alone.")
    return _("Nobody is late"), _("Each account is compared with its own gaps, every time data comes in.")


def _place(card: AccountCard, partnership: Partnership, *, is_named: bool) -> str:
    place = account_place(card)
    return " · ".join(filter(None, (place, other_side(partnership) if is_named else "")))


def _stake_label(bases: Collection[str]) -> str:
    """The heading over what is at stake: of what, where all rows are amounts of the same."""
    if len(bases) > 1:
        return _("At stake")
    labels = {"gross_profit": _("Profit at stake"), "net_revenue": _("Net revenue at stake")}
    return labels.get("".join(bases), _("Units at stake"))


def _late_line(order: LateOrder, taken: Taken, *, is_named: bool, is_mixed: bool) -> LateLine:
    """A row; `is_mixed`: the rows are not all amounts of the same, so each other than the usual one says of what."""
    stake, follow_up = order.stake, taken.get((order.card, LATE))
    units = _("%(units)s units") % {"units": short_number(order.units_at_stake)}
    return LateLine(
        name=account_name(order.card),
        place=_place(order.card, order.partnership, is_named=is_named),
        page=address(account_url(order.card, order.partnership)),
        usual_gap=days(order.usual_gap),
        late=days(order.days_late),
        is_urgent=is_urgent(order),
        last_order=day(order.last_order_on),
        expected=_("Expected on %(expected)s") % {"expected": day(order.expected_on)},
        stake=money(stake.money) if stake else units,
        basis=_("net revenue") if stake and is_mixed and stake.basis != "gross_profit" else "",
        lit=frozenset(lit.step for lit in order.lit),
        why="; ".join(map(step_label, order.lit)),
        owner=follow_up.follow_up.owner_name if follow_up else "",
        review=_review_day(follow_up) if follow_up else "",
        follow_up=_follow_up_address(follow_up) if follow_up else "",
        reference=refer(order.finding_id),
    )


def _fall(
    partnership: Partnership,
    card: AccountCard,
    picture: AccountPicture,
    shared: frozenset[Category],
    follow_ups: Sequence[FollowUpRow],
    *,
    is_named: bool,
) -> Fall:
    page, first = address(account_url(card, partnership)), worst(picture)
    drawing, name = draw_units(picture, first), account_name(card)
    steps = ladder(picture, shared)
    return Fall(
        name=name,
        title=stands(picture, name),
        beside=beside(picture),
        place=_place(card, partnership, is_named=is_named),
        page=page,
        reference=refer(first.public_id) if first else Reference(card.ref[:CODE], page),
        steps=steps,
        links=[refer(step.finding.public_id).url if step.finding else page for step in steps],
        chart=drawing.spec if drawing else None,
        figures=_year(picture),
        stopped=", ".join(family.name for family in picture.families if family.state == "stopped"),
        # One's own alone: the other side may keep its work to itself again, and paper would not notice.
        follow_ups=[_follow_up_line(row) for row in follow_ups if row.is_own and row.card == card],
    )


def _area(row: AreaRow, *, is_named: bool) -> AreaLine:
    name = area_name(row.country, row.postcode_area)
    families = ", ".join(f"{one.name} {_sold(one.sold)}" for one in row.families if one.name)
    steps = "; ".join(f"{step_label(lit)}, {_since(lit)}" for lit in row.lit)
    net = _("net %(amount)s") % {"amount": money(row.net)} if row.net else ""
    units = _("%(units)s units") % {"units": _sold(row.sold)}
    return AreaLine(
        " · ".join(filter(None, (name, other_side(row.partnership) if is_named else ""))),
        list(filter(None, (" · ".join(filter(None, (units, net))), families, steps))),
    )


def _sold(sold: Sold) -> str:
    """Units of twelve months, with the change on the year before where there is one."""
    on = "" if sold.change is None else f" ({change(sold.change)})"
    return short_number(sold.units) + on


def _since(lit: Lit) -> str:
    return _("since %(since)s") % {"since": day(lit.first_seen_on)}


def _year(picture: AccountPicture) -> list[tuple[str, str]]:
    """What it bought in the last twelve whole months, where it is known."""
    units, net, found = units_of_year(picture), net_of_year(picture), []
    if units:
        on = (
            ""
            if units.change is None
            else _("%(change)s on the year before") % {"change": change(units.change)}
        )
        found.append((_("Units, 12 months"), ", ".join(filter(None, (short_number(units.total), on)))))
    if net:
        found.append((_("Net, 12 months"), money(net)))
    return found


def _follow_up_line(row: FollowUpRow) -> FollowUpLine:
    step = row.matter.next_step if row.matter else _("What it is about is no longer shared with you")
    plan = f"{row.follow_up.owner_name} · {_review_day(row)}"
    return FollowUpLine(step, plan, _follow_up_address(row))


def _review_day(row: FollowUpRow) -> str:
    return _("review %(day)s") % {"day": day(row.follow_up.review_on)}


def _follow_up_address(row: FollowUpRow) -> str:
    return address(reverse("follow_up", args=[row.follow_up.public_id]))
