"""A channel that goes on: whatever order things happen in, the database shows what the oracle says.

And what was handed out before sight was taken away, a place in a list or a document, counts no longer.
"""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from partners.accounts.models import Account
from partners.agreements.models import Category, Grant, Partnership
from partners.agreements.services import (
    answer_invitation,
    change_sharing,
    offer_partnership,
    resume_partnership,
    suspend_partnership,
)
from partners.agreements.terms import Offer
from partners.ledger.merging import MergeError, merge_accounts
from partners.tenancy.context import acting_as
from portal.reports.schedules import ask_for_review
from portal.reports.writing import write_report
from tests.api.conftest import Caller
from tests.isolation import oracle
from tests.isolation.channel.differences import by_sql, compare, compare_accounts
from tests.isolation.figures import FIGURES
from tests.isolation.oracle import CATEGORIES, Viewer, can_see
from tests.isolation.small import PURPOSES, Small, grant_at_random, revoke, sell_some, take_back

PAIRS = (("oak", "north"), ("oak", "south"), ("elm", "east"))
NEW = ("elm", "south")  # invited only as it goes
pairs = st.sampled_from(PAIRS)
draws = st.integers(0, 2**32 - 1).map(random.Random)


@dataclass(frozen=True)
class Handed:
    """What a maker's manager was given, and what of each row they saw then."""

    person: str
    what: str
    address: str
    pair: tuple[str, str] | None
    saw: frozenset[tuple[str, oracle.Category]]


class Channel(RuleBasedStateMachine):
    """What may happen, each through its service."""

    sold: Small  # set by whoever runs it

    def __init__(self) -> None:
        super().__init__()
        self.world, self.handed, self.reports = self.sold.copy(), list[Handed](), 0
        self.world.partnerships = dict(self.world.partnerships)
        self.block = transaction.atomic()
        self.block.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # --- the agreement ---

    @rule(pair=pairs, draw=draws)
    def grant(self, pair: tuple[str, str], draw: random.Random) -> None:
        if self.world.known[pair].state != "ended":
            grant_at_random(self.world, draw, pair)

    @rule(pair=pairs, draw=draws)
    def revoke(self, pair: tuple[str, str], draw: random.Random) -> None:
        grant = self._live(pair, draw)
        if grant is not None:
            revoke(self.world, draw, pair, grant)

    @rule(pair=pairs, draw=draws)
    def narrow(self, pair: tuple[str, str], draw: random.Random) -> None:
        """A grant is replaced by one of a single family, in one step."""
        grant = self._live(pair, draw)
        if grant is None or grant.family_id is not None:
            return
        with acting_as(self.world.actor(f"{pair[1]}-admin")):
            offer = Offer(
                (Category(grant.category),), (self.world.families[pair[0], "Alpha"],), grant.from_month, grant.to_month,
            )  # fmt: skip
            (given,) = change_sharing(self.world.partnerships[pair], ends=[grant], gives=offer)
        known = self.world.known[pair]
        (said,) = [one for one in known.grants if one.key == grant.pk]
        narrowed = oracle.Grant(said.category, "Alpha", said.from_month, said.to_month, key=given.pk)
        known.grants = [
            replace(one, revoked_at=datetime.now(UTC)) if one is said else one for one in known.grants
        ] + ([narrowed] if narrowed not in known.grants else [])

    @rule(pair=pairs)
    def suspend_or_resume(self, pair: tuple[str, str]) -> None:
        known = self.world.known[pair]
        step, state = (
            (suspend_partnership, "suspended") if known.state == "active" else (resume_partnership, "active")
        )
        with acting_as(self.world.actor(f"{pair[1]}-admin")):
            step(self.world.partnerships[pair])
        known.state = state

    @precondition(lambda self: NEW not in self.world.known)
    @rule()
    def invite(self) -> None:
        with acting_as(self.world.actor("elm-admin")):
            self.world.partnerships[NEW] = offer_partnership("small-south")
        self.world.known[NEW] = oracle.Partnership(*NEW, state="invited")

    @precondition(lambda self: NEW in self.world.known)
    @rule()
    def accept(self) -> None:
        with acting_as(self.world.actor("south-admin")):
            answer_invitation(self.world.partnerships[NEW].pk, accept=True)
        self.world.known[NEW].state = "active"

    # --- the record ---

    @rule(pair=pairs, draw=draws)
    def upload(self, pair: tuple[str, str], draw: random.Random) -> None:
        sell_some(self.world, draw, pair, 2)

    @rule(pair=pairs, draw=draws)
    def correct(self, pair: tuple[str, str], draw: random.Random) -> None:
        """What a file said is taken back, and said anew."""
        take_back(self.world, draw, pair)
        sell_some(self.world, draw, pair, 2)

    @rule(names=st.permutations(["one", "two", "three"]))
    def merge(self, names: list[str]) -> None:
        gone, kept = f"south-{names[0]}", f"south-{names[1]}"
        with acting_as(self.world.actor("south-admin")):
            by_code = {code: Account.objects.get(identity__code=code) for code in (gone, kept)}
            try:
                merge_accounts(by_code[gone], by_code[kept])
            except MergeError:
                return
        self.world.rows = {
            key: replace(row, read_as=kept) if gone in (row.account, row.read_as) else row
            for key, row in self.world.rows.items()
        }

    # --- what is handed out ---

    @rule(pair=st.sampled_from(PAIRS[:2]))
    def take_a_place(self, pair: tuple[str, str]) -> None:
        answer = Caller(self.world.keys["oak-manager"]).get(
            "lines", partnership=self.world.partnerships[pair].public_id, limit=1
        )
        following = answer.json()["next"]
        if following:
            self.handed.append(Handed("oak-manager", "place", following, pair, self._sees(pair)))

    @precondition(lambda self: self.reports < 1)
    @rule()
    def write_a_report(self) -> None:
        self.reports += 1
        with acting_as(self.world.actor("oak-manager")):
            report = ask_for_review("en")
        write_report(report.pk, report.organisation_id)
        address = reverse("report_file", args=[report.public_id])
        self.handed.append(Handed("oak-manager", "report", address, None, self._sees(None)))

    @precondition(lambda self: self.handed)
    @rule(draw=draws)
    def use_what_was_handed_out(self, draw: random.Random) -> None:
        handed = draw.choice(self.handed)
        if handed.what == "place":
            status = Caller(self.world.keys[handed.person]).get(handed.address).status_code
        else:
            client = Client()
            client.force_login(self.world.seats[handed.person].user)
            status = client.get(handed.address).status_code
        taken_away = handed.saw - self._sees(handed.pair)
        taken_away = {(key, category) for key, category in taken_away if self.world.rows[key].lives}
        assert status in ((410,) if taken_away else (200, 410)), f"{handed} is answered {status}"
        FIGURES.count("decisions", 1)

    # --- what must hold ---

    @invariant()
    def the_database_shows_what_the_oracle_says(self) -> None:
        wrong: list[str] = []
        for person, viewer in self.world.viewers():
            if viewer.purpose in ("retention", "planning"):
                actor = self.world.actor(person).for_purpose(PURPOSES[viewer.purpose])
                shown = by_sql(self.world, actor)
                wrong += compare(self.world, "sql", viewer, self.world.rows, shown, reach=False)
                wrong += compare_accounts(self.world, "orm", viewer, actor)
        FIGURES.count("oracle differences", len(wrong))
        assert not wrong, "\n".join(wrong[:5])

    # --- for the rules ---

    def _live(self, pair: tuple[str, str], draw: random.Random) -> Grant | None:
        with acting_as(self.world.actor(f"{pair[1]}-admin")):
            own = Partnership.objects.get(pk=self.world.partnerships[pair].pk)
            live = list(Grant.objects.filter(partnership=own, revoked_at=None).order_by("pk"))
        return draw.choice(live) if live else None

    def _sees(self, pair: tuple[str, str] | None) -> frozenset[tuple[str, oracle.Category]]:
        """What of each row the maker's manager may see, of one partnership or of all."""
        now, viewer = datetime.now(UTC), Viewer("oak")
        return frozenset(
            (key, category)
            for key, row in self.world.rows.items()
            for category in CATEGORIES
            if pair in (None, row.partnership) and can_see(viewer, row, category, now, self.world.known)
        )


def run(sold: Small, examples: int, steps: int) -> None:
    machine = type("Channel", (Channel,), {"sold": sold})
    given = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=given)


def test_a_short_history(sold: Small, db: None, unlimited: None) -> None:
    run(sold, 1, 10)


@pytest.mark.isolation
@pytest.mark.parametrize("part", range(2))
def test_long_histories(sold: Small, db: None, unlimited: None, part: int) -> None:
    run(sold, 8, 20)
