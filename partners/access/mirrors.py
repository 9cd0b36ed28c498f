"""'As they see me': a distributor looks at its own data through a manufacturer's eyes."""

from partners.access.doors import NotFound, list_partnerships
from partners.agreements.models import Partnership
from partners.organisations.roles import Permission, can, require
from partners.tenancy.actors import Actor, Reach, mirror
from partners.tenancy.context import current_actor, current_organisation_id


def list_mirrors() -> list[Partnership]:
    """The partnerships that have a mirror for the active person.

    For people of the distributor whose own reach does not stop at accounts: a mirror shows no more than its owner
    could see anyway. Direct sales have none, nor have partnerships that are invited or ended.
    """
    if not can(Permission.VIEW_PARTNERSHIPS) or current_actor().reach is Reach.ACCOUNTS:
        return []
    return [
        partnership
        for partnership in list_partnerships()
        if partnership.distributor_id == current_organisation_id()
        and not partnership.is_direct
        and partnership.state in Partnership.LIVE
    ]


def look_through(public_id: str) -> tuple[Partnership, Actor]:
    """The partnership, and the actor that sees of it what its manufacturer sees.

    Raises `NotFound` for a partnership without a mirror, `PermissionDenied` for another role.
    """
    require(Permission.VIEW_PARTNERSHIPS)
    for partnership in list_mirrors():
        if partnership.public_id == public_id:
            return partnership, mirror(partnership.manufacturer_id, partnership.distributor_id)
    raise NotFound(public_id)
