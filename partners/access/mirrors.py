"""'As they see me': a distributor looks at its own data through a manufacturer's eyes."""

from partners.access.doors import NotFound, get_partnership
from partners.agreements.models import Partnership
from partners.organisations.roles import Permission, require
from partners.tenancy.actors import Actor, Reach, mirror
from partners.tenancy.context import current_actor, current_organisation_id


def look_through(public_id: str) -> tuple[Partnership, Actor]:
    """The partnership, and the actor that sees of it what its manufacturer sees.

    For people of the distributor whose own reach does not stop at accounts: a mirror shows no more than its owner
    could see anyway. Raises `NotFound` for any other partnership, `PermissionDenied` for any other role.
    """
    require(Permission.VIEW_PARTNERSHIPS)
    partnership = get_partnership(public_id)
    is_own = partnership.distributor_id == current_organisation_id() and not partnership.is_direct
    is_live = partnership.state in (Partnership.State.ACTIVE, Partnership.State.SUSPENDED)
    if not is_own or not is_live or current_actor().reach is Reach.ACCOUNTS:
        raise NotFound(public_id)
    return partnership, mirror(partnership.manufacturer_id, partnership.distributor_id)
