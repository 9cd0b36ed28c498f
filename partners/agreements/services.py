"""Writing agreements. Every change of sight goes through `change_sharing`, in one transaction with its record."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from partners.agreements.expansion import expand
from partners.agreements.locks import lock_partnership
from partners.agreements.models import (
    Category,
    Grant,
    Granularity,
    Partnership,
    PartnershipChange,
    Proposal,
)
from partners.agreements.selectors import find_partnership
from partners.agreements.terms import Offer, Terms, terms_of
from partners.audit.journal import note_taken_away
from partners.audit.models import TakenAway
from partners.audit.services import record
from partners.jobs.services import emit
from partners.organisations.login import find_organisation
from partners.organisations.models import Organisation, OrganisationKind
from partners.organisations.roles import Permission, require
from partners.tenancy.actors import ALL_PURPOSES, Purpose
from partners.tenancy.context import current_actor, current_organisation_id

LONGEST_TEXT = 500
State = Partnership.State
TAKEN = {State.SUSPENDED: TakenAway.Deed.PARTNERSHIP_SUSPENDED, State.ENDED: TakenAway.Deed.PARTNERSHIP_ENDED}


class AgreementError(ValueError):
    """A step that this agreement cannot take; the message says why."""


# --- who works with whom ---


def offer_partnership(slug: str) -> Partnership:
    """Invite the other side by its short name, or open a manufacturer's direct sales; nothing is shared by that.

    One that is live already, or open, is returned as it is.
    """
    require(Permission.MANAGE_PARTNERSHIPS)
    own = Organisation.objects.get(pk=current_organisation_id())
    known = find_organisation(slug)
    is_direct = known is not None and known.id == own.pk and known.kind is OrganisationKind.MANUFACTURER
    if known is None or (known.kind == own.kind and not is_direct):
        raise AgreementError(_nobody(slug, OrganisationKind(own.kind)))
    if own.kind == OrganisationKind.MANUFACTURER:
        sides = {"manufacturer_id": own.pk, "distributor_id": known.id}
    else:
        sides = {"manufacturer_id": known.id, "distributor_id": own.pk}
    latest = find_partnership(**sides)
    if latest is not None and latest.state not in Partnership.OVER:
        return latest
    partnership = Partnership.objects.create(state=State.ACTIVE if is_direct else State.INVITED, **sides)
    note_change(partnership, partnership.state)
    return partnership


def answer_invitation(partnership_id: int, *, accept: bool) -> Partnership:
    """Accept what the other side offered, or decline it; who invited can only take it back. Answering twice changes
    nothing."""
    require(Permission.MANAGE_PARTNERSHIPS)
    partnership = lock_partnership(partnership_id)
    if current_organisation_id() not in (partnership.manufacturer_id, partnership.distributor_id):
        raise PermissionDenied
    to = State.ACTIVE if accept else State.DECLINED
    if partnership.state == to:
        return partnership
    if accept and partnership.invited_by_id == current_organisation_id():
        raise AgreementError(gettext("You have invited them: it is for them to accept."))
    return _bring_to(partnership, {State.INVITED}, to)


def suspend_partnership(partnership: Partnership) -> None:
    """The maker sees nothing of the partnership's data until it is resumed; files go on coming in."""
    _bring_to(lock_own(partnership.pk), {State.ACTIVE}, State.SUSPENDED)


def resume_partnership(partnership: Partnership) -> None:
    """End a suspension: the grants count again."""
    _bring_to(lock_own(partnership.pk), {State.SUSPENDED}, State.ACTIVE)


def end_partnership(partnership: Partnership) -> None:
    """End it for good: every grant is revoked, history withdrawn, so that nothing can revive them."""
    locked = _bring_to(lock_own(partnership.pk), set(Partnership.LIVE), State.ENDED)
    _end_grants(Grant.objects.filter(partnership=locked, revoked_at=None), None)
    Grant.objects.filter(partnership=locked, keep_history_until__isnull=False).update(keep_history_until=None)


# --- what is shared ---


@transaction.atomic
def change_sharing(
    partnership: Partnership,
    *,
    ends: Collection[Grant] = (),
    gives: Offer | None = None,
    keep_history_until: date | None = None,
) -> list[Grant]:
    """End grants and give others in one step, and return those that were given; what is live already stays.

    The maker's next statement sees the new state: history is withdrawn with a grant, unless `keep_history_until` leaves
    what was recorded by now until that day. What another live grant opens too stays open.
    """
    partnership = lock_own(partnership.pk)
    if partnership.state in Partnership.OVER:
        raise AgreementError(gettext("This partnership is over: nothing can be shared in it any more."))
    if keep_history_until is not None and not is_to_come(keep_history_until):
        raise AgreementError(
            gettext("History can be left until a day to come. Choose a later day, or withdraw it.")
        )
    _require_ordered(gives)
    live = Grant.objects.filter(partnership=partnership, revoked_at=None).order_by("pk")
    named = Grant.objects.filter(partnership=partnership, pk__in=[grant.pk for grant in ends])
    if keep_history_until is None:
        _withdraw(partnership, named)  # of what somebody else ended in this moment, and left
    _end_grants(live.filter(pk__in=named), keep_history_until)
    kept = {terms_of(grant): grant for grant in live}
    given = [_give(partnership, terms, kept) for terms in (gives.each() if gives else ())]
    _resight(partnership)
    return given


def is_to_come(day: date) -> bool:
    """Whether history can be left until this day: it has begun neither here nor for the walls, which count in UTC."""
    return day > max(timezone.localdate(), timezone.now().date())


def grant_category(
    partnership: Partnership,
    category: Category,
    *,
    family_id: int | None = None,
    from_month: date | None = None,
    to_month: date | None = None,
    granularity: Granularity = Granularity.LINE,
    purposes: Purpose = ALL_PURPOSES,
) -> Grant:
    """Let the maker see one category. A grant that is live already in the same words is returned unchanged."""
    families = () if family_id is None else (family_id,)
    offer = Offer((category,), families, from_month, to_month, granularity, purposes)
    return change_sharing(partnership, gives=offer)[0]


def revoke_grant(grant: Grant, keep_history_until: date | None = None) -> None:
    """End a grant: the maker's next statement no longer sees what it alone opened."""
    partnership = Partnership.objects.get(pk=grant.partnership_id)
    change_sharing(partnership, ends=[grant], keep_history_until=keep_history_until)


def withdraw_history(grant: Grant) -> None:
    """Take away what an ended grant left."""
    partnership = lock_own(grant.partnership_id)
    if _withdraw(partnership, Grant.objects.filter(pk=grant.pk)):
        _resight(partnership)


def expire_history(partnership_id: int) -> None:
    """Take away what was left until a day that has come; for the clock, which acts for the distributor."""
    partnership = lock_partnership(partnership_id)
    if expand(partnership):
        tell_sharing(partnership)


# --- what is asked for ---


def propose(partnership: Partnership, offer: Offer, reason: str) -> Proposal:
    """Ask the distributor to share more, and say why; of the maker, or of the distributor's own people."""
    require(Permission.PROPOSE_SHARING)
    _require_ordered(offer)
    if partnership.state not in Partnership.LIVE or partnership.is_direct:
        raise AgreementError(gettext("Nothing can be asked for in this partnership."))
    if not reason.strip() or len(reason) > LONGEST_TEXT:
        raise AgreementError(gettext("Say why, in at most %(most)s characters.") % {"most": LONGEST_TEXT})
    proposal = Proposal.objects.create(
        partnership=partnership,
        manufacturer_id=partnership.manufacturer_id,
        distributor_id=partnership.distributor_id,
        categories=[category.value for category in offer.categories],
        family_ids=list(offer.family_ids),
        from_month=offer.from_month,
        to_month=offer.to_month,
        granularity=offer.granularity.value,
        purposes=offer.purposes.value,
        reason=reason.strip(),
    )
    record("sharing.proposed", proposal.public_id, partnership=partnership.public_id)
    return proposal


def answer_proposal(proposal: Proposal, *, granted: bool, note: str = "") -> None:
    """The distributor's answer. Granting itself is `change_sharing`, with whatever terms were chosen."""
    require(Permission.SHARE)
    if proposal.distributor_id != current_organisation_id():
        raise PermissionDenied
    _answer(proposal, Proposal.Answer.GRANTED if granted else Proposal.Answer.DECLINED, note)


def withdraw_proposal(proposal: Proposal) -> None:
    """Who asked takes the question back."""
    require(Permission.PROPOSE_SHARING)
    if proposal.by_id != current_organisation_id():
        raise PermissionDenied
    _answer(proposal, Proposal.Answer.WITHDRAWN, "")


def offer_of(proposal: Proposal) -> Offer:
    """What is asked for."""
    return Offer(
        tuple(Category(value) for value in proposal.categories),
        tuple(proposal.family_ids),
        proposal.from_month,
        proposal.to_month,
        Granularity(proposal.granularity),
        Purpose(proposal.purposes),
    )


def _answer(proposal: Proposal, answer: Proposal.Answer, note: str) -> None:
    answered = Proposal.objects.filter(pk=proposal.pk, answer="").update(
        answer=answer,
        answered_at=timezone.now(),
        answered_by_id=current_actor().user_id,
        note=note.strip()[:LONGEST_TEXT],
    )
    if answered:
        record(f"sharing.{answer.value}", proposal.public_id)


def _give(partnership: Partnership, terms: Terms, live: dict[Terms, Grant]) -> Grant:
    if terms in live:
        return live[terms]
    grant = Grant.objects.create(
        partnership=partnership,
        manufacturer_id=partnership.manufacturer_id,
        distributor_id=partnership.distributor_id,
        category=terms.category,
        family_id=terms.family_id,
        from_month=terms.from_month,
        to_month=terms.to_month,
        granularity=terms.granularity,
        purposes=terms.purposes.value,
    )
    record("grant.given", grant.public_id, partnership=partnership.public_id, category=terms.category.value)
    return grant


def _end_grants(grants: Iterable[Grant], keep_history_until: date | None) -> None:
    for grant in list(grants):
        Grant.objects.filter(pk=grant.pk).update(
            revoked_at=timezone.now(),
            revoked_by_id=current_actor().user_id,
            keep_history_until=keep_history_until,
        )
        record("grant.revoked", grant.public_id, keeps_history=keep_history_until is not None)
        until = "" if keep_history_until is None else keep_history_until.isoformat()
        note_taken_away(TakenAway.Deed.GRANT_REVOKED, grant.public_id, until)


def _withdraw(partnership: Partnership, grants: QuerySet[Grant]) -> bool:
    """Take away what those of them that have ended left; False where that was nothing."""
    left = list(grants.filter(revoked_at__isnull=False, keep_history_until__isnull=False))
    Grant.objects.filter(pk__in=[grant.pk for grant in left]).update(keep_history_until=None)
    for grant in left:
        record("history.withdrawn", grant.public_id, partnership=partnership.public_id)
        note_taken_away(TakenAway.Deed.HISTORY_WITHDRAWN, grant.public_id)
    return bool(left)


def _require_ordered(offer: Offer | None) -> None:
    if offer is None:
        return
    if not offer.categories or not offer.purposes:
        raise AgreementError(gettext("Choose at least one category and one purpose."))
    if offer.from_month and offer.to_month and offer.from_month >= offer.to_month:
        raise AgreementError(gettext("The first month has to come before the end. Change one of them."))


def _nobody(slug: str, own: OrganisationKind) -> str:
    """The same for one of one's own kind as for nobody: by trying, a rival would learn who is here."""
    words = (
        gettext("No distributor here goes by '%(slug)s'. Ask them for their short name.")
        if own is OrganisationKind.MANUFACTURER
        else gettext("No manufacturer here goes by '%(slug)s'. Ask them for their short name.")
    )
    return words % {"slug": slug}


def _bring_to(partnership: Partnership, allowed: set[State], to: State) -> Partnership:
    if partnership.state not in allowed:
        raise AgreementError(
            gettext("This partnership is %(state)s and cannot be %(to)s.")
            % {"state": partnership.get_state_display().lower(), "to": to.label.lower()}
        )
    partnership.state = to
    partnership.save(update_fields=["state"])
    note_change(partnership, to.value)
    if to in TAKEN:
        note_taken_away(TAKEN[to], partnership.public_id)
    if partnership.distributor_id == current_organisation_id():
        _resight(partnership)
    return partnership


def note_change(partnership: Partnership, what: str, **details: Any) -> None:
    """Into the dated history that both sides read, and with its details on record."""
    PartnershipChange.objects.create(
        partnership=partnership,
        manufacturer_id=partnership.manufacturer_id,
        distributor_id=partnership.distributor_id,
        what=what,
    )
    record(f"partnership.{what}", partnership.public_id, **details)


def lock_own(partnership_id: int) -> Partnership:
    """The partnership, locked, for somebody of its distributor with the right to share."""
    require(Permission.SHARE)
    partnership = lock_partnership(partnership_id)
    if partnership.distributor_id != current_organisation_id():
        raise PermissionDenied(gettext("Only the distributor whose data it is decides what is shared."))
    return partnership


def _resight(partnership: Partnership) -> None:
    expand(partnership)
    tell_sharing(partnership)


def tell_sharing(partnership: Partnership) -> None:
    """Have the workers take away and compute anew what rests on the maker's sight."""
    emit("sharing.changed", partnership_id=partnership.pk, manufacturer_id=partnership.manufacturer_id)
