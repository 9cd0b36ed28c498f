"""Reading agreements: what is live, what is asked for, and how it came to be."""

from dataclasses import dataclass
from datetime import datetime

from partners.agreements.models import Grant, Partnership, PartnershipChange, Proposal
from partners.organisations.models import OrganisationKind
from partners.organisations.setup import require_organisation
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as


@dataclass(frozen=True)
class Event:
    """Something in the dated history of an agreement; `by_user_id` is known to the side that did it alone."""

    at: datetime
    what: str
    by_id: int
    by_user_id: int | None
    grant: Grant | None = None
    proposal: Proposal | None = None


def find_partnership(manufacturer_id: int, distributor_id: int) -> Partnership | None:
    """The latest partnership of two organisations: a new one is made only when the last is over."""
    found = Partnership.objects.filter(manufacturer_id=manufacturer_id, distributor_id=distributor_id)
    return found.order_by("-pk").first()


def find_partnership_by_slugs(manufacturer: str, distributor: str) -> Partnership | None:
    """The same by their slugs, for commands and machines; raises `SetupError` where one of them is none."""
    manufacturer_id = require_organisation(manufacturer, OrganisationKind.MANUFACTURER)
    distributor_id = require_organisation(distributor)
    with acting_as(worker(distributor_id)):
        return find_partnership(manufacturer_id, distributor_id)


def list_live_grants(partnership: Partnership) -> list[Grant]:
    """The grants in force, oldest first."""
    return list(Grant.objects.filter(partnership=partnership, revoked_at=None).order_by("pk"))


def find_grant(partnership: Partnership, public_id: str) -> Grant | None:
    """A grant of this partnership, live or ended."""
    return Grant.objects.filter(partnership=partnership, public_id=public_id).first()


def find_proposal(partnership: Partnership, public_id: str) -> Proposal | None:
    """A proposal of this partnership, as far as it is in sight."""
    return Proposal.objects.filter(partnership=partnership, public_id=public_id).first()


def list_open_proposals(partnership: Partnership) -> list[Proposal]:
    """What is asked for and not answered yet, oldest first."""
    return list(Proposal.objects.filter(partnership=partnership, answer="").order_by("pk"))


def list_events(partnership: Partnership) -> list[Event]:
    """The whole history in sight, the latest first."""
    distributor_id = partnership.distributor_id
    events = [
        Event(one.at, f"partnership.{one.what}", one.by_id, one.by_user_id)
        for one in PartnershipChange.objects.filter(partnership=partnership)
    ]
    for grant in Grant.objects.filter(partnership=partnership):
        events.append(
            Event(grant.granted_at, "grant.given", distributor_id, grant.granted_by_id, grant=grant)
        )
        if grant.revoked_at:
            events.append(
                Event(grant.revoked_at, "grant.ended", distributor_id, grant.revoked_by_id, grant=grant)
            )
    for proposal in Proposal.objects.filter(partnership=partnership):
        by_id, by_user_id = proposal.by_id, proposal.by_user_id
        events.append(Event(proposal.proposed_at, "sharing.proposed", by_id, by_user_id, proposal=proposal))
        if proposal.answered_at:
            answered_by = by_id if proposal.answer == Proposal.Answer.WITHDRAWN else distributor_id
            what, user_id = f"sharing.{proposal.answer}", proposal.answered_by_id
            events.append(Event(proposal.answered_at, what, answered_by, user_id, proposal=proposal))
    return sorted(events, key=lambda event: event.at, reverse=True)
