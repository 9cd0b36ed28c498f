"""A backup holds the whole database; a restored one has its walls, and does not give back what was taken away since."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from partners.accounts.models import AccountHandle, AccountIdentity, PseudonymSalt
from partners.accounts.services import renew_pseudonyms
from partners.agreements.models import Category, Grant, Partnership
from partners.agreements.services import (
    change_sharing,
    end_partnership,
    grant_category,
    revoke_grant,
    suspend_partnership,
)
from partners.agreements.terms import Offer
from partners.audit.models import AuditEntry
from partners.ledger.models import Line, LinePrice
from partners.organisations.clients import end_client, identify, make_client, renew_client
from partners.organisations.login import list_seats
from partners.organisations.models import ApiCredential, OrganisationKind
from partners.organisations.services import found_organisation, seat_new_user
from partners.tenancy.actors import Role, Scope, founder
from partners.tenancy.context import acting_as
from partners.tenancy.startup import UNMIRRORED, UNWALLED
from partners.tenancy.walls import OPEN_TABLES
from portal.custody.erasing import ask_to_erase, destroy
from portal.custody.models import Reason
from portal.home import CHECKOUT
from portal.operations.readiness import READINESS
from portal.people.leaving import leave
from tests.operations.restoring import back_up, led_to, original, restore, to
from tests.world import FULL, PASSWORD, World, build_world, trade

TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
)
LINES = "SELECT count(*) FROM ledger_line"
PAIR = ("adventure", "northwest")
KEY = ApiCredential.Kind.KEY


@pytest.fixture
def restored(committed_db: None) -> Iterator[str]:
    """The name of an empty database of the owner's."""
    name = f"{original()}_restored"
    with psycopg.connect(settings.ADDRESSES.owner_url, autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{name}"')
        yield name
        owner.execute(f'DROP DATABASE "{name}"')


def counts(database: str) -> dict[str, int]:
    """Rows of every table, past the walls."""
    with psycopg.connect(to(settings.ADDRESSES.owner_url, database)) as owner:
        tables = [name for (name,) in owner.execute(TABLES).fetchall()]
        return {name: owner.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


def test_a_backup_holds_everything_and_is_restored_with_its_walls(restored: str, tmp_path: Path) -> None:
    world: World = build_world()
    trade(world)
    back_up(tmp_path / "throughline.dump")
    restore(tmp_path / "throughline.dump", restored)
    assert counts(restored) == counts(original())
    assert counts(restored)["ledger_line"] > 0
    with psycopg.connect(to(settings.ADDRESSES.app_url, restored)) as app:
        assert app.execute(LINES).fetchone() == (0,)  # nobody acts, so nobody sees
        assert {name for (name,) in app.execute(UNWALLED).fetchall()} <= OPEN_TABLES.keys()
        assert app.execute(UNMIRRORED).fetchall() == []


# --- what was taken away after it ---


class Taken:
    """Northwest shares, has people, keys and customers; then much of it is taken away, and is looked for."""

    def __init__(self) -> None:
        self.world = world = build_world()
        trade(world)
        for maker, distributor in (PAIR, ("adventure", "southwest"), ("contoso", "northwest")):
            world.share(maker, distributor, *FULL)
        with acting_as(world.actor("northwest-admin")):
            ana = world.seats["ana"].user
            made = [
                make_client(name, ana, [Scope.SALES_READ], KEY, 30) for name in ("ended", "renewed", "kept")
            ]
            self.clients = [client for client, _ in made]
            self.keys = [words for _, words in made]
            self.customer = AccountIdentity.objects.get(code="NO1").public_id
            self.tokens = set(
                AccountHandle.objects.filter(partnership=self.pair).values_list("token", flat=True)
            )
            self.salts = {bytes(one.salt) for one in PseudonymSalt.objects.filter(partnership=self.pair)}

    @property
    def pair(self) -> Partnership:
        return self.world.partnerships[PAIR]

    def take_away(self) -> None:
        """By everybody's own hand, in this order."""
        world = self.world
        with acting_as(world.actor("northwest-admin")):
            revoke_grant(grant(self.pair, Category.PRICE))
            narrower = Offer((Category.IDENTITY,), from_month=date(2026, 3, 1))
            change_sharing(self.pair, ends=[grant(self.pair, Category.IDENTITY)], gives=narrower)
            end_client(self.clients[0].public_id)
            renew_client(self.clients[1].public_id, 30)
            renew_pseudonyms(self.pair)
            leave(world.seats["uwe"].public_id)
            end_partnership(world.partnerships["contoso", "northwest"])
            receipt = ask_to_erase(self.customer, Reason.CUSTOMER_ASKED)
        destroy(receipt.pk, receipt.organisation_id)
        with acting_as(world.actor("southwest-admin")):
            suspend_partnership(world.partnerships["adventure", "southwest"])
        self.take_away_what_came_after()

    def take_away_what_came_after(self) -> None:
        """Of an organisation and a grant that no backup holds."""
        late = found_organisation("late", OrganisationKind.DISTRIBUTOR)
        with acting_as(founder(late.pk)):
            seat_new_user("first@late.example", "First", PASSWORD, Role.ADMINISTRATOR)
            second = seat_new_user("second@late.example", "Second", PASSWORD, Role.VIEWER)
            leave(second.public_id)
        with acting_as(self.world.actor("northwest-admin")):
            revoke_grant(grant_category(self.pair, Category.INVENTORY))

    def back(self) -> dict[str, Any]:
        """What is there of it, as its former holders see it."""
        world = self.world
        adventure, contoso = (world.orgs[slug].pk for slug in ("adventure", "contoso"))
        with acting_as(world.actor("mia")):
            prices = set(
                LinePrice.objects.exclude(distributor_id=adventure).values_list("distributor_id", flat=True)
            )
            lines = set(
                Line.objects.exclude(distributor_id=adventure).values_list("distributor_id", flat=True)
            )
            names = AccountIdentity.objects.filter(organisation_id=world.orgs["northwest"].pk).count()
            tokens = set(AccountHandle.objects.filter(partnership=self.pair).values_list("token", flat=True))
        with acting_as(world.worker("contoso")):
            lines |= (
                {contoso}
                if Line.objects.filter(distributor_id=world.orgs["northwest"].pk).exists()
                else set()
            )
        with acting_as(world.actor("northwest-admin")):
            customer = AccountIdentity.objects.filter(public_id=self.customer).count()
            salts = {bytes(one.salt) for one in PseudonymSalt.objects.filter(partnership=self.pair)}
        return {
            "prices": prices,
            "lines": lines,
            "names": names,
            "tokens": len(tokens & self.tokens),
            "customer": customer,
            "salts": len(salts & self.salts),
            "seats": len(list_seats(world.seats["uwe"].user_id)),
            "keys": [identify(words, KEY) is not None for words in self.keys],
        }

    def nothing(self) -> dict[str, Any]:
        """What is left of all of it: northwest's lines without prices and names, and the key that nobody ended."""
        return {
            "prices": set(),
            "lines": {self.world.orgs["northwest"].pk},
            "names": 0,
            "tokens": 0,
            "customer": 0,
            "salts": 0,
            "seats": 0,
            "keys": [False, False, True],
        }


def grant(partnership: Partnership, category: Category) -> Grant:
    return Grant.objects.get(partnership=partnership, category=category, revoked_at=None)


def replayed(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("replay_revocations", "--json", *words, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return found


def ready() -> tuple[int, dict[str, Any]]:
    READINESS.forget()
    answer = Client().get("/health/ready", headers={"host": "web:8000"})
    READINESS.forget()
    return answer.status_code, answer.json()


REFUSING = (
    ["-c", "import portal.asgi"],
    ["-c", "import portal.celery, celery.signals as s, django; django.setup(); s.worker_init.send(None)"],
    ["manage.py", "relay", "--once"],
)


def test_what_was_taken_away_after_a_backup_stays_away(
    restored: str, tmp_path: Path, child_environment: dict[str, str]
) -> None:
    taken = Taken()
    full = taken.back()
    back_up(tmp_path / "throughline.dump")
    taken.take_away()
    restore(tmp_path / "throughline.dump", restored)
    there = child_environment | {
        "DATABASE_URL": to(settings.ADDRESSES.app_url, restored),
        "DATABASE_OWNER_URL": to(settings.ADDRESSES.owner_url, restored),
    }
    with led_to(restored):
        assert taken.back() == full
        for words in REFUSING:
            refused = subprocess.run(
                [sys.executable, *words], cwd=CHECKOUT, env=there, capture_output=True, text=True, check=False
            )
            assert refused.returncode == 1, refused.stderr
            assert "Run `manage.py replay_revocations`" in refused.stderr
        status, answer = ready()
        assert (status, answer["checks"]["taken_away"]) == (
            503,
            "failed: run manage.py replay_revocations",
        )

        tried = replayed("--dry-run")
        assert taken.back() == full
        assert ready()[0] == 503

        done = replayed()
        assert (
            done
            == tried
            == {
                "entries": 14,
                "unreadable_lines": 0,
                "missing": 14,
                "account.erased taken away again": 1,
                "client.ended taken away again": 1,
                "client.words_ended taken away again": 1,
                "grant.revoked not there": 1,
                "grant.revoked taken away again": 2,
                "grant.revoked was away": 3,  # with their partnership
                "membership.ended not there": 1,
                "membership.ended taken away again": 1,
                "partnership.ended taken away again": 1,
                "partnership.suspended taken away again": 1,
                "pseudonyms.renewed taken away again": 1,
            }
        )
        assert taken.back() == taken.nothing()
        assert ready() == (200, {"ready": True, "checks": dict.fromkeys(answer["checks"], "ok")})

        before = counts(restored)
        again = replayed()
        assert (again["missing"], len(again)) == (0, 3)
        assert counts(restored) == before
        with acting_as(taken.world.actor("northwest-admin")):
            assert not AuditEntry.objects.filter(action="grant.revoked").exclude(user_id=None).exists()
