"""Writing agreements. Every change of sight goes through `_resight`, in one transaction with its record."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext

from partners.agreements.expansion import expand
from partners.agreements.locks import lock_partnership
from partners.agreements.models import Category, Grant, Granularity, Partnership
from partners.audit.services import record
from partners.jobs.services import emit
from partners.organisations.login import find_organisation
from partners.organisations.models import OrganisationKind
from partners.organisations.roles import Permission, require
from partners.tenancy.actors import ALL_PURPOSES, Purpose
from partners.tenancy.context import current_actor, current_organisation_id


class AgreementError(ValueError):
    """A step that this agreement cannot take; the message says why."""


def invite_distributor(slug: str) -> Partnership:
    """The acting manufacturer invites a distributor, or opens its own direct sales; nothing is shared by that."""
    require(Permission.MANAGE_PARTNERSHIPS)
    manufacturer_id = current_organisation_id()
    known = find_organisation(slug)
    is_direct = known is not None and known.id == manufacturer_id
    if known is None or not (is_direct or known.kind is OrganisationKind.DISTRIBUTOR):
        raise AgreementError(gettext("'%(slug)s' is no distributor. Give the slug of one.") % {"slug": slug})
    partnership, is_new = Partnership.objects.get_or_create(
        manufacturer_id=manufacturer_id,
        distributor_id=known.id,
        defaults={"state": Partnership.State.ACTIVE if is_direct else Partnership.State.INVITED},
    )
    if is_new:
        record("partnership.invited", partnership.public_id)
    return partnership


def accept_partnership(partnership_id: int) -> Partnership:
    """The acting distributor accepts an invitation; accepting twice changes nothing."""
    partnership = _lock_own(partnership_id)
    if partnership.state == Partnership.State.INVITED:
        partnership.state = Partnership.State.ACTIVE
        partnership.save(update_fields=["state"])
        record("partnership.accepted", partnership.public_id)
        _resight(partnership)
    return partnership


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
    """Let the maker see `category`. A grant that is live already in the same words is returned unchanged."""
    partnership = _lock_own(partnership.pk)
    words = {
        "partnership": partnership,
        "category": category,
        "family_id": family_id,
        "from_month": from_month,
        "to_month": to_month,
        "granularity": granularity,
        "purposes": purposes.value,
    }
    live = Grant.objects.filter(**words, revoked_at=None).first()
    if live is not None:
        return live
    grant = Grant.objects.create(
        manufacturer_id=partnership.manufacturer_id, distributor_id=partnership.distributor_id, **words
    )
    record("grant.given", grant.public_id, partnership=partnership.public_id, category=category.value)
    _resight(partnership)
    return grant


def revoke_grant(grant: Grant) -> None:
    """End a grant: the maker's next statement no longer sees what it alone opened, history included."""
    partnership = _lock_own(grant.partnership_id)
    ended = Grant.objects.filter(pk=grant.pk, revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by_id=current_actor().user_id
    )
    if ended:
        record("grant.revoked", grant.public_id, partnership=partnership.public_id)
        _resight(partnership)


def suspend_partnership(partnership: Partnership) -> None:
    """The maker sees nothing of the partnership's data until it is resumed; files go on coming in."""
    _change_state(partnership, {Partnership.State.ACTIVE}, Partnership.State.SUSPENDED)


def resume_partnership(partnership: Partnership) -> None:
    """End a suspension: the grants count again."""
    _change_state(partnership, {Partnership.State.SUSPENDED}, Partnership.State.ACTIVE)


def end_partnership(partnership: Partnership) -> None:
    """End it for good: every grant is revoked, so that nothing can revive them."""
    states = {Partnership.State.ACTIVE, Partnership.State.SUSPENDED}
    partnership = _change_state(partnership, states, Partnership.State.ENDED)
    for grant in Grant.objects.filter(partnership=partnership, revoked_at=None):
        revoke_grant(grant)


def _change_state(
    partnership: Partnership, allowed: set[Partnership.State], to: Partnership.State
) -> Partnership:
    partnership = _lock_own(partnership.pk)
    if partnership.state not in allowed:
        raise AgreementError(
            gettext("This partnership is %(state)s and cannot be %(to)s.")
            % {"state": partnership.get_state_display().lower(), "to": to.label.lower()}
        )
    partnership.state = to
    partnership.save(update_fields=["state"])
    record(f"partnership.{to.value}", partnership.public_id)
    _resight(partnership)
    return partnership


def _lock_own(partnership_id: int) -> Partnership:
    """The partnership, locked, for somebody of its distributor with the right to share."""
    require(Permission.SHARE)
    partnership = lock_partnership(partnership_id)
    if partnership.distributor_id != current_organisation_id():
        raise PermissionDenied(gettext("Only the distributor whose data it is decides what is shared."))
    return partnership


def _resight(partnership: Partnership) -> None:
    expand(partnership)
    emit("sharing.changed", partnership_id=partnership.pk, manufacturer_id=partnership.manufacturer_id)
