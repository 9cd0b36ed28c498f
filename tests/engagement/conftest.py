"""Ana and Rita of Northwest, Mia of Adventure, and an account of Northwest's that has stopped to order."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from partners.access.doors import AccountCard, list_cards_of
from partners.accounts.models import AccountHandle, AccountIdentity
from partners.agreements.models import Category
from partners.engagement.colleagues import list_owners
from partners.engagement.models import FollowUp
from partners.engagement.services import Finding, Plan, open_follow_up
from partners.tenancy.context import acting_as
from tests.world import World

PAIR = ("adventure", "northwest")
CODE = "NO1"  # of the account, at Northwest
LATE = Finding(
    kind="interval_lengthens",
    first_seen_on=date(2026, 2, 28),
    needs_price=False,
    run="run_x",
    as_of=date(2026, 3, 31),
    value=31.0,
    baseline=14.0,
    threshold=22.0,
    deviation=2.6,
    confidence=0.9,
)
DROPPED = replace(LATE, kind="revenue_drops", needs_price=True)


def today() -> date:
    return timezone.localdate()


class Desk:
    """Who opens what, in one line of a test."""

    def __init__(self, world: World) -> None:
        self.world, self.partnership = world, world.partnerships[PAIR]

    def ref(self, person: str, code: str = CODE) -> str:
        """By what this person knows the account."""
        with acting_as(self.world.actor("ana")):
            identity = AccountIdentity.objects.get(code=code)
            token = AccountHandle.objects.get(account=identity.account, partnership=self.partnership).token
        return str(identity.public_id) if person in ("ana", "rita") else str(token)

    def card(self, person: str, code: str = CODE) -> AccountCard:
        """The account, for whoever is acting."""
        return list_cards_of(self.ref(person, code))[0][1]

    def seat(self, person: str) -> str:
        return str(self.world.seats[person].public_id)

    def plan(self, person: str, **changes: Any) -> Plan:
        plan = Plan(self.seat(person), "Ring them about the frames", None, today() + timedelta(days=14))
        return replace(plan, **changes)

    def open(self, person: str, finding: Finding = LATE, code: str = CODE, **changes: Any) -> FollowUp:
        with acting_as(self.world.actor(person)):
            return open_follow_up(
                self.partnership, self.card(person, code), finding, self.plan(person, **changes)
            )

    def owners(self, person: str, code: str = CODE) -> list[str]:
        with acting_as(self.world.actor(person)):
            card = self.card(person, code)
            return [colleague.name for colleague in list_owners(card.partnership_id, card.account_id)]

    def share(self, *categories: Category, **words: Any) -> None:
        self.world.share(*PAIR, *categories, **words)


@pytest.fixture
def desk(trading_world: World) -> Desk:
    return Desk(trading_world)
