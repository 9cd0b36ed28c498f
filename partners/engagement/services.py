"""Working on findings: open, change, comment, end, share. Each is one transaction with its record."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from partners.access.doors import AccountCard, NotFound, find_cards
from partners.access.reach import accounts_in_reach, held_by_people, is_held_by_owner, partnerships_in_reach
from partners.agreements.models import Partnership
from partners.audit.services import record
from partners.engagement.colleagues import Colleague, list_owners
from partners.engagement.models import (
    LIVE,
    FollowUp,
    FollowUpComment,
    FollowUpEvidence,
    FollowUpMatter,
    State,
)
from partners.engagement.sharing import (
    FollowUpError,
    is_seen_by_maker,
    require_shareable,
    require_without_names,
)
from partners.jobs.services import announce
from partners.organisations.models import Membership, User
from partners.organisations.roles import PERMITS, Permission, require
from partners.organisations.selectors import present_seats
from partners.tenancy.actors import Reach, Role
from partners.tenancy.context import current_organisation_id, current_user_id

LONGEST_STEP, LONGEST_COMMENT = 500, 2000


class StaleError(FollowUpError):
    """Somebody else changed it meanwhile: read `now` and decide again. Nothing was written."""

    def __init__(self, now: FollowUp) -> None:
        super().__init__(
            gettext("Somebody changed this follow-up while you were at it. Nothing of yours is saved yet.")
        )
        self.now = now


@dataclass(frozen=True)
class Finding:
    """A finding as the engagement knows it: its key for both sides, its label, and its figures of the moment."""

    kind: str
    first_seen_on: date
    needs_price: bool
    run: str
    as_of: date
    value: float
    baseline: float
    threshold: float
    deviation: float
    confidence: float


@dataclass(frozen=True)
class Plan:
    """Who does what until when, and when it is looked at again. `owner` is the public id of a seat."""

    owner: str
    next_step: str
    due_on: date | None
    review_on: date


def open_follow_up(partnership: Partnership, card: AccountCard, finding: Finding, plan: Plan) -> FollowUp:
    """Take care of a finding. A finding that is being taken care of already is not opened twice."""
    require(Permission.FOLLOW_UP)
    with transaction.atomic():
        _lock_account(card.account_id)
        taken = find_live(partnership, card.account_id, finding.kind)
        if taken is not None:
            raise FollowUpError(
                gettext("%(owner)s takes care of this already: open that follow-up instead.")
                % {"owner": taken.owner_name}
            )
        owner = _owner(plan.owner, partnership.pk, card.account_id)
        _require_plan(plan)
        follow_up = FollowUp.objects.create(
            partnership=partnership,
            manufacturer_id=partnership.manufacturer_id,
            distributor_id=partnership.distributor_id,
            account_id=card.account_id,
            needs_price=finding.needs_price,
            owner_id=owner.user_id,
            owner_name=owner.name,
            due_on=plan.due_on,
            review_on=plan.review_on,
        )
        FollowUpMatter.objects.create(
            follow_up=follow_up,
            kind=finding.kind,
            first_seen_on=finding.first_seen_on,
            next_step=plan.next_step.strip(),
        )
        _freeze(follow_up, partnership, finding)
        record("follow_up.opened", follow_up.public_id, owner=owner.public_id)
        _announce(follow_up)
    return follow_up


def change_plan(public_id: str, version: int, plan: Plan) -> FollowUp:
    """Another owner, next step, due or review date; only what changed goes on record."""
    with _changing(public_id, version) as follow_up:
        _require_live(follow_up)
        matter = _matter(follow_up)
        owner = _owner(plan.owner, follow_up.partnership_id, follow_up.account_id)
        _require_plan(plan, before=follow_up.review_on)
        if follow_up.shared_at:
            require_without_names(plan.next_step, follow_up)
        before = (follow_up.owner_id, matter.next_step, follow_up.due_on, follow_up.review_on)
        follow_up.owner_id, follow_up.owner_name = owner.user_id, owner.name
        follow_up.due_on, follow_up.review_on = plan.due_on, plan.review_on
        if plan.next_step.strip() != matter.next_step:
            _set_step(matter, plan.next_step.strip())
        after = (follow_up.owner_id, matter.next_step, follow_up.due_on, follow_up.review_on)
        changed = [
            field.name for field, old, new in zip(fields(Plan), before, after, strict=True) if old != new
        ]
        record("follow_up.changed", public_id, fields=changed, **_dates(follow_up))
    return follow_up


def change_state(
    public_id: str, version: int, state: State, reason: str, *, is_shared: bool = False
) -> FollowUp:
    """Confirm it, end it, or take it up again; every end has its reason, so that the next run can learn from it."""
    with _changing(public_id, version) as follow_up:
        if follow_up.state == state:
            raise FollowUpError(gettext("It stands so already."), "state")
        in_sight = _is_in_sight(follow_up)
        if not in_sight and state in LIVE:
            raise FollowUpError(
                gettext("Of what is no longer shared with you nothing goes on: it can be ended.")
            )
        if in_sight and state not in LIVE and not reason.strip():
            raise FollowUpError(gettext("Say why, in a sentence: the next run learns from it."), "reason")
        was, follow_up.state = follow_up.state, state.value
        follow_up.closed_at = None if state in LIVE else timezone.now()
        if reason.strip() and in_sight:  # of what is no longer shared nothing new is written
            _write(follow_up, reason, is_shared=is_shared, state=state)
        record("follow_up.state", public_id, was=was, now=state.value)
    return follow_up


def comment(public_id: str, text: str, *, is_shared: bool) -> FollowUpComment:
    """Write to one's own side, or to both; on the other side's follow-up always to both."""
    require(Permission.FOLLOW_UP)
    with transaction.atomic():
        follow_up = get_in_reach(public_id)
        if not _is_in_sight(follow_up):
            raise FollowUpError(
                gettext("The account is no longer shared with you: nothing can be written about it.")
            )
        is_own = follow_up.organisation_id == current_organisation_id()
        if is_shared and is_own and follow_up.shared_at is None:
            raise FollowUpError(
                gettext("This follow-up is not shared: share it first, or write to your own side."),
                "is_shared",
            )
        written = _write(follow_up, text, is_shared=is_shared or not is_own)
        record("follow_up.commented", public_id, comment=written.public_id, is_shared=written.is_shared)
        _announce(follow_up, to_both=written.is_shared)
    return written


def share(public_id: str, version: int) -> FollowUp:
    """Let the other side see it, as far as it may know of the account and of what the finding rests on."""
    with _changing(public_id, version) as follow_up:
        if follow_up.shared_at is None:
            require_shareable(follow_up)
            matter = _matter(follow_up)
            require_without_names(matter.next_step, follow_up)
            _set_step(matter, matter.next_step)
            follow_up.shared_at = timezone.now()
            record("follow_up.shared", public_id)
    return follow_up


def stop_sharing(public_id: str, version: int) -> FollowUp:
    """Keep it to one's own side again, from the other side's next click on."""
    with _changing(public_id, version) as follow_up:
        if follow_up.shared_at is not None:
            _announce(follow_up)  # while the other side still hears of it
            follow_up.shared_at = None
            record("follow_up.kept", public_id)
    return follow_up


def hand_over_follow_ups(owner_id: int, successor: Membership) -> int:
    """What somebody cannot work any more becomes a colleague's, as far as that one's role and reach cover it: how many
    follow-ups."""
    require(Permission.MANAGE_PEOPLE)
    if Permission.FOLLOW_UP not in PERMITS[Role(successor.role)]:
        return 0
    reached = left_behind().filter(_covered_by(successor), owner_id=owner_id).values("pk")
    found = list(FollowUp.objects.filter(pk__in=reached).order_by("pk").select_for_update())
    for one in found:
        one.owner_id, one.owner_name = successor.user_id, successor.user.name
        one.version += 1
        one.save(update_fields=["owner_id", "owner_name", "version"])
        record("follow_up.changed", one.public_id, fields=["owner"], **_dates(one))
        _announce(one)
    return len(found)


def left_behind() -> QuerySet[FollowUp]:
    """The acting organisation's open follow-ups that their owner's role and reach do not cover, or who has left."""
    working = [seat for seat in present_seats() if Permission.FOLLOW_UP in PERMITS[Role(seat.role)]]
    owners = {reach: [seat.user_id for seat in working if seat.reach == reach.value] for reach in Reach}
    covered = Q(owner_id__in=owners[Reach.WHOLE])
    for reach in (Reach.PARTNERSHIPS, Reach.ACCOUNTS):
        covered |= Q(is_held_by_owner(reach), owner_id__in=owners[reach])
    own = FollowUp.objects.filter(organisation_id=current_organisation_id(), closed_at=None)
    return own.exclude(covered)


def find_live(partnership: Partnership, account_id: int, kind: str) -> FollowUp | None:
    """One's own follow-up of this finding that has not ended."""
    found = FollowUp.objects.filter(
        on_accounts([account_id]),
        organisation_id=current_organisation_id(),
        partnership=partnership,
        matter__kind=kind,
        closed_at=None,
    )
    return found.order_by("pk").first()


def on_accounts(account_ids: Iterable[int]) -> Q:
    """Follow-ups of these accounts, and of those that were merged into them."""
    wanted = list(account_ids)
    return Q(account__in=wanted) | Q(account__merged_into__in=wanted)


def get_in_reach(public_id: str) -> FollowUp:
    """A follow-up that the active actor sees and reaches; raises `NotFound`."""
    follow_up = in_reach().filter(public_id=public_id).select_related("partnership").first()
    if follow_up is None:
        raise NotFound(public_id)
    return follow_up


def in_reach() -> QuerySet[FollowUp]:
    """The follow-ups that the active actor sees and reaches: those of reached accounts, and those one owns."""
    found = FollowUp.objects.filter(partnership__in=partnerships_in_reach())
    held = accounts_in_reach()
    if held is None:
        return found
    mine = Q(owner_id=current_user_id(), organisation_id=current_organisation_id())
    return found.filter(mine | Q(account__in=held.values("pk")))


def _covered_by(seat: Membership) -> Q:
    reach = Reach(seat.reach)
    if reach is Reach.WHOLE:
        return Q()
    held = held_by_people()[reach].get(seat.user_id, set())
    if reach is Reach.PARTNERSHIPS:
        return Q(partnership__in=held)
    return Q(account__in=held) | Q(account__merged__in=held)


@contextmanager
def _changing(public_id: str, version: int) -> Iterator[FollowUp]:
    """One's own follow-up, locked, at the version that the caller read; saved as the next one."""
    require(Permission.FOLLOW_UP)
    with transaction.atomic():
        found = get_in_reach(public_id)
        follow_up = (
            FollowUp.objects.select_for_update(of=("self",))
            .filter(pk=found.pk, organisation_id=current_organisation_id())
            .first()
        )
        if follow_up is None:
            raise FollowUpError(
                gettext("Only the side that opened a follow-up changes it. Write a comment instead.")
            )
        if follow_up.version != version:
            raise StaleError(follow_up)
        yield follow_up
        follow_up.version += 1
        follow_up.save(
            update_fields=[
                "owner_id", "owner_name", "due_on", "review_on", "state", "shared_at", "version", "closed_at",
            ]
        )  # fmt: skip
        _announce(follow_up)


def _is_in_sight(follow_up: FollowUp) -> bool:
    """Whether the reader may know of the account now."""
    account_id = follow_up.account_id
    if account_id is None:
        return follow_up.partnership.state == Partnership.State.ACTIVE
    return (follow_up.partnership_id, account_id) in find_cards([follow_up.partnership], [account_id])


def _matter(follow_up: FollowUp) -> FollowUpMatter:
    matter = FollowUpMatter.objects.filter(follow_up=follow_up).first()
    if matter is None:
        raise FollowUpError(
            gettext(
                "What this follow-up is about is no longer shared with you: it can be ended, not changed."
            )
        )
    return matter


def _write(follow_up: FollowUp, text: str, *, is_shared: bool, state: State | None = None) -> FollowUpComment:
    text = text.strip()
    if not text:
        raise FollowUpError(gettext("There is nothing written. Write a sentence first."), "text")
    if len(text) > LONGEST_COMMENT:
        raise FollowUpError(
            gettext("This is longer than %(most)s characters: write less, or write twice.")
            % {"most": LONGEST_COMMENT},
            "text",
        )
    if is_shared:
        require_without_names(text, follow_up)
    return FollowUpComment.objects.create(
        follow_up=follow_up,
        author_name=User.objects.get(pk=current_user_id()).name,
        text=text,
        is_shared=is_shared and follow_up.shared_at is not None,
        state=state.value if state else "",
    )


def _require_live(follow_up: FollowUp) -> None:
    if not follow_up.is_live:
        raise FollowUpError(gettext("It has ended. Take it up again before you change the plan."))


def _require_plan(plan: Plan, before: date | None = None) -> None:
    """Dates that are still to come; a review date that has passed may stay as long as nobody moves it."""
    today = timezone.localdate()
    if not plan.next_step.strip():
        raise FollowUpError(gettext("Say what comes next, in a sentence."), "next_step")
    if len(plan.next_step.strip()) > LONGEST_STEP:
        raise FollowUpError(
            gettext("The next step is longer than %(most)s characters: the rest belongs in a comment.")
            % {"most": LONGEST_STEP},
            "next_step",
        )
    if plan.review_on < today and plan.review_on != before:
        raise FollowUpError(
            gettext("The review date has passed already. Choose today or a later day."), "review_on"
        )
    if plan.due_on and plan.due_on > plan.review_on:
        raise FollowUpError(
            gettext("The step is due after the review. Review it on the same day or later."), "due_on"
        )


def _owner(seat: str, partnership_id: int, account_id: int | None) -> Colleague:
    for colleague in list_owners(partnership_id, account_id):
        if colleague.public_id == seat:
            return colleague
    raise FollowUpError(
        gettext("Choose an owner from your own organisation, somebody who works this account."), "owner"
    )


def _set_step(matter: FollowUpMatter, next_step: str) -> None:
    """A step that is written, or shown to the other side for the first time, tells what may be told at that moment."""
    FollowUpMatter.objects.filter(pk=matter.pk).update(next_step=next_step, written_at=timezone.now())
    matter.next_step = next_step


def _freeze(follow_up: FollowUp, partnership: Partnership, finding: Finding) -> None:
    FollowUpEvidence.objects.create(
        follow_up=follow_up,
        partnership_id=partnership.pk,
        distributor_id=partnership.distributor_id,
        epoch=partnership.epoch,
        run=finding.run,
        as_of=finding.as_of,
        value=finding.value,
        baseline=finding.baseline,
        threshold=finding.threshold,
        deviation=finding.deviation,
        confidence=finding.confidence,
    )


def _dates(follow_up: FollowUp) -> dict[str, str | None]:
    return {
        "due_on": follow_up.due_on.isoformat() if follow_up.due_on else None,
        "review_on": follow_up.review_on.isoformat(),
    }


def _announce(follow_up: FollowUp, *, to_both: bool = True) -> None:
    """Have the pages look again of whoever sees the change: a page that hears of it knows that there was one."""
    sides = {current_organisation_id()}
    if to_both and follow_up.shared_at is not None:
        sides.add(follow_up.distributor_id)
        if is_seen_by_maker(follow_up):
            sides.add(follow_up.manufacturer_id)
    for organisation_id in sides:
        announce("follow-up", organisation_id)


def _lock_account(account_id: int) -> None:
    """Two people of one organisation who open the same finding at once do so one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('follow-up ' || app_org() || ' ' || %s, 0))",
            [account_id],
        )
