"""Writing agreements. Every change of sight goes through `_resight`, in one transaction with its record."""

from datetime import date

from django.utils import timezone

from partners.agreements.expansion import expand
from partners.agreements.locks import lock_partnership
from partners.agreements.models import Category, Grant, Granularity, Partnership
from partners.audit.services import record
from partners.jobs.services import emit
from partners.organisations.roles import Permission, require
from partners.tenancy.actors import ALL_PURPOSES, Purpose
from partners.tenancy.context import current_actor, current_organisation_id


def invite_distributor(distributor_id: int) -> Partnership:
    """The acting manufacturer invites a distributor, or opens its own direct sales; nothing is shared by that."""
    manufacturer_id = current_organisation_id()
    is_direct = manufacturer_id == distributor_id
    partnership, is_new = Partnership.objects.get_or_create(
        manufacturer_id=manufacturer_id,
        distributor_id=distributor_id,
        defaults={"state": Partnership.State.ACTIVE if is_direct else Partnership.State.INVITED},
    )
    if is_new:
        record("partnership.invited", partnership.public_id)
    return partnership


def accept_partnership(partnership_id: int) -> Partnership:
    """The acting distributor accepts an invitation; accepting twice changes nothing."""
    require(Permission.SHARE)
    partnership = lock_partnership(partnership_id)
    if partnership.state == Partnership.State.INVITED:
        partnership.state = Partnership.State.ACTIVE
        partnership.save(update_fields=["state"])
        record("partnership.accepted", partnership.public_id)
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
    require(Permission.SHARE)
    partnership = lock_partnership(partnership.pk)
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
    require(Permission.SHARE)
    partnership = lock_partnership(grant.partnership_id)
    Grant.objects.filter(pk=grant.pk, revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by_id=current_actor().user_id
    )
    record("grant.revoked", grant.public_id, partnership=partnership.public_id)
    _resight(partnership)


def set_partnership_state(partnership: Partnership, state: Partnership.State) -> None:
    """Suspend, resume or end: in every state but 'active' the maker sees nothing of the partnership's data."""
    require(Permission.SHARE)
    partnership = lock_partnership(partnership.pk)
    Partnership.objects.filter(pk=partnership.pk).update(state=state)
    record(f"partnership.{state.value}", partnership.public_id)
    _resight(partnership)


def _resight(partnership: Partnership) -> None:
    expand(partnership)
    emit("sharing.changed", partnership_id=partnership.pk, manufacturer_id=partnership.manufacturer_id)
