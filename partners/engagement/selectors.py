"""Reading follow-ups: what is mine, what is the team's, what is overdue, and one of them in full."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from partners.access.doors import AccountCard, find_cards, list_partnerships
from partners.agreements.models import Partnership
from partners.audit.models import AuditEntry
from partners.audit.selectors import list_entries
from partners.audit.services import note_read
from partners.engagement.colleagues import list_present
from partners.engagement.models import FollowUp, FollowUpComment, FollowUpEvidence, FollowUpMatter
from partners.engagement.services import get_in_reach, in_reach, left_behind, on_accounts
from partners.organisations.models import User
from partners.tenancy.context import current_actor, current_organisation_id


class Whose(Enum):
    """Whose follow-ups a list holds."""

    MINE = "mine"
    TEAM = "team"
    THEIRS = "theirs"


class Status(Enum):
    """Which of them."""

    LIVE = "live"
    OVERDUE = "overdue"
    ENDED = "ended"


@dataclass(frozen=True)
class FollowUpRow:
    """A follow-up with what the reader may know of it: `card` and `matter` are None where that was withdrawn."""

    follow_up: FollowUp
    partnership: Partnership
    card: AccountCard | None
    matter: FollowUpMatter | None
    is_own: bool
    is_mine: bool
    owner_has_left: bool
    today: date

    def takes(self, kind: str) -> bool:
        """Whether one's own side takes care of a finding of this kind with it."""
        return self.is_own and self.matter is not None and self.matter.kind == kind

    @property
    def is_due(self) -> bool:
        """Its review day has come."""
        return self.follow_up.is_live and self.follow_up.review_on <= self.today

    @property
    def is_overdue(self) -> bool:
        """Its review day has gone, or its step should have been done."""
        due = self.follow_up.due_on
        return self.follow_up.is_live and (
            self.follow_up.review_on < self.today or (due is not None and due < self.today)
        )


@dataclass(frozen=True)
class HistoryEntry:
    """Something that one's own side did to a thing; `who` is '' for somebody of another home."""

    entry: AuditEntry
    who: str


@dataclass(frozen=True)
class FollowUpPicture:
    """Everything that a follow-up's page shows. `others`: the two sides' other follow-ups of the same finding."""

    row: FollowUpRow
    evidence: FollowUpEvidence | None
    comments: list[FollowUpComment]
    history: list[HistoryEntry]
    others: list[FollowUpRow]
    was_merged: bool


def list_follow_ups(whose: Whose, status: Status) -> list[FollowUpRow]:
    """Follow-ups in sight and reach: live ones by their review date, ended ones latest first."""
    return page_follow_ups(whose, status, after=None, limit=None)


def page_follow_ups(
    whose: Whose, status: Status, *, after: tuple[str, int] | None, limit: int | None
) -> list[FollowUpRow]:
    """At most `limit` of them, from the one that follows the place `after` in their order."""
    found = _of(whose).filter(_status(status))
    column = "closed_at" if status is Status.ENDED else "review_on"
    if after is not None:
        day, pk = after
        beyond = "lt" if status is Status.ENDED else "gt"
        tied = Q(**{column: day, f"pk__{beyond}": pk})
        found = found.filter(Q(**{f"{column}__{beyond}": day}) | tied)
    order = ("-closed_at", "-pk") if status is Status.ENDED else ("review_on", "pk")
    return _rows(found.order_by(*order)[:limit])


def place_of(row: FollowUpRow) -> tuple[str, int]:
    """Its place in the order of the list that it belongs to: a live one's by review, an ended one's by its end."""
    one = row.follow_up
    return (one.closed_at or one.review_on).isoformat(), one.pk


def count_follow_ups() -> dict[Whose, dict[Status, int]]:
    """How many there are of each kind that is live, as the tabs say."""
    return {
        whose: {
            status: _of(whose).filter(_status(status)).count() for status in (Status.LIVE, Status.OVERDUE)
        }
        for whose in Whose
    }


def count_to_review() -> int:
    """The acting person's own follow-ups whose review day has come."""
    return _of(Whose.MINE).filter(closed_at=None, review_on__lte=timezone.localdate()).count()


def count_open_by_owner() -> dict[int, int]:
    """How many open follow-ups of the acting organisation each user owns, by user id."""
    own = FollowUp.objects.filter(organisation_id=current_organisation_id(), closed_at=None)
    return dict(own.values_list("owner_id").annotate(Count("pk")))


def count_left_by_owner() -> dict[int, int]:
    """How many of them each user owns whose role or reach does not cover them, or who has left, by user id."""
    return dict(left_behind().values_list("owner_id").annotate(Count("pk")))


def list_of_accounts(
    partnerships: Sequence[Partnership], account_ids: Iterable[int] | None = None
) -> list[FollowUpRow]:
    """The live follow-ups of these partnerships' accounts, both sides', the earliest review first."""
    found = in_reach().filter(partnership__in=[one.pk for one in partnerships], closed_at=None)
    if account_ids is not None:
        found = found.filter(on_accounts(account_ids))
    return _rows(found.order_by("review_on", "pk"))


def get_follow_up(public_id: str) -> FollowUpPicture:
    """One in full; raises `NotFound`."""
    follow_up = get_in_reach(public_id)
    (row,) = _rows(FollowUp.objects.filter(pk=follow_up.pk))
    return FollowUpPicture(
        row=row,
        evidence=FollowUpEvidence.objects.filter(follow_up=follow_up).first() if row.card else None,
        comments=list(FollowUpComment.objects.filter(follow_up=follow_up).order_by("pk")),
        history=list_history(public_id),
        others=_others(row),
        was_merged=row.card is not None and row.card.account_id != follow_up.account_id,
    )


def _of(whose: Whose) -> QuerySet[FollowUp]:
    organisation_id = current_organisation_id()
    if whose is Whose.THEIRS:
        return in_reach().exclude(organisation_id=organisation_id)
    own = in_reach().filter(organisation_id=organisation_id)
    if whose is Whose.TEAM:
        return own
    user_id = current_actor().user_id  # a mirror has none, and nothing is its own
    return own.none() if user_id is None else own.filter(owner_id=user_id)


def _status(status: Status) -> Q:
    today = timezone.localdate()
    if status is Status.ENDED:
        return Q(closed_at__isnull=False)
    live = Q(closed_at=None)
    return live if status is Status.LIVE else live & (Q(review_on__lt=today) | Q(due_on__lt=today))


def _rows(found: QuerySet[FollowUp]) -> list[FollowUpRow]:
    follow_ups = list(found)
    by_id = {partnership.pk: partnership for partnership in list_partnerships()}
    wanted = {one.account_id for one in follow_ups if one.account_id is not None}
    cards = find_cards(
        [by_id[key] for key in {one.partnership_id for one in follow_ups} & set(by_id)], wanted
    )
    matters = {matter.pk: matter for matter in FollowUpMatter.objects.filter(follow_up__in=follow_ups)}
    present, organisation_id, today = list_present(), current_organisation_id(), timezone.localdate()
    _note(by_id, follow_ups)
    return [
        FollowUpRow(
            follow_up=one,
            partnership=by_id[one.partnership_id],
            card=cards.get((one.partnership_id, one.account_id)) if one.account_id else None,
            matter=matters.get(one.pk),
            is_own=one.organisation_id == organisation_id,
            is_mine=one.organisation_id == organisation_id and one.owner_id == current_actor().user_id,
            owner_has_left=one.organisation_id == organisation_id and one.owner_id not in present,
            today=today,
        )
        for one in follow_ups
        if one.partnership_id in by_id
    ]


def _note(by_id: dict[int, Partnership], follow_ups: list[FollowUp]) -> None:
    for partnership in by_id.values():
        theirs = [
            one
            for one in follow_ups
            if one.partnership_id == partnership.pk and one.organisation_id == partnership.distributor_id
        ]
        note_read(
            current_actor(),
            owner_id=partnership.distributor_id,
            partnership_id=partnership.pk,
            what="follow_ups",
            rows=len(theirs),
        )


def _others(row: FollowUpRow) -> list[FollowUpRow]:
    """The same finding is known to both sides by its account and kind."""
    if row.card is None or row.matter is None:
        return []
    same = in_reach().filter(on_accounts([row.card.account_id]))
    same = same.filter(partnership=row.partnership, matter__kind=row.matter.kind)
    return _rows(same.exclude(pk=row.follow_up.pk).order_by("-pk"))


def list_history(public_id: str) -> list[HistoryEntry]:
    """What one's own side did to one thing, the latest first."""
    entries = list_entries(public_id)
    names = dict(User.objects.filter(pk__in={entry.user_id for entry in entries}).values_list("pk", "name"))
    return [HistoryEntry(entry, names.get(entry.user_id or 0, "")) for entry in entries]
