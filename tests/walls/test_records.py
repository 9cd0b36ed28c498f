"""What other feeds brought: each kind is seen with its own category, in the granted cells, and by nobody else."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from partners.access.mirrors import look_through
from partners.accounts.models import AccountHandle, AccountIdentity
from partners.agreements.models import Category, Grant, Granularity
from partners.agreements.services import change_sharing, revoke_grant, suspend_partnership
from partners.ledger.models import (
    AccountSheet,
    AccountTerms,
    CaseText,
    CrossReference,
    Invoice,
    LineReturn,
    OrderLine,
    OrderPrice,
    PriceEntry,
    ServiceCase,
    StockPosition,
    Target,
    TouchPeople,
    TouchPoint,
)
from partners.tenancy.actors import Actor, Purpose
from partners.tenancy.context import acting_as
from tests.ingestion.conftest import Desk
from tests.ingestion.test_feeds import FILES, send
from tests.stages import staged
from tests.world import World

PAIR = ("adventure", "northwest")
V, P, I, C = Category.VOLUME, Category.PRICE, Category.IDENTITY, Category.CONTACTS  # noqa: E741
MODELS: tuple[type[Model], ...] = (
    StockPosition, OrderLine, OrderPrice, Invoice, ServiceCase, CaseText, TouchPoint, TouchPeople, AccountTerms,
    AccountSheet, PriceEntry, Target, CrossReference, LineReturn,
)  # fmt: skip


def send_all(world: World) -> None:
    """Ana sends one file of each feed to Adventure."""
    desk = Desk(world, "ana", *PAIR)
    for feed in FILES:
        send(desk, feed)


sent = staged(send_all)


def seen(world: World, who: str | Actor = "mia") -> set[str]:
    """The tables of which somebody sees a row."""
    with acting_as(world.actor(who) if isinstance(who, str) else who):
        return {model.__name__ for model in MODELS if model._default_manager.exists()}


OPENED: list[tuple[tuple[Category, ...], set[str]]] = [
    ((), set()),
    ((Category.INVENTORY,), {"StockPosition", "OrderLine"}),
    ((Category.INVENTORY, V, P), {"StockPosition", "OrderLine", "OrderPrice", "PriceEntry"}),
    ((V,), set()),
    ((V, P), {"PriceEntry"}),
    ((V, I), {"LineReturn"}),
    ((V, Category.SERVICE), {"ServiceCase", "TouchPoint"}),
    ((V, I, Category.SERVICE), {"ServiceCase", "TouchPoint", "CaseText", "LineReturn"}),
    ((V, I, C, Category.SERVICE), {"ServiceCase", "TouchPoint", "CaseText", "TouchPeople", "LineReturn"}),
    ((Category.PAYMENTS,), set()),
    ((V, P, Category.PAYMENTS), {"PriceEntry"}),
    ((V, P, I, Category.PAYMENTS), {"PriceEntry", "Invoice", "AccountTerms", "AccountSheet", "LineReturn"}),
    ((Category.SERVICE,), set()),
]


@pytest.mark.parametrize(("granted", "opened"), OPENED)
def test_each_kind_is_seen_with_its_category(
    sent: World, granted: tuple[Category, ...], opened: set[str]
) -> None:
    sent.share(*PAIR, *granted)
    assert seen(sent) == opened
    for stranger in ("sam", "otto", "contoso-admin"):
        assert seen(sent, stranger) == set()


def test_its_sender_sees_all_and_the_maker_never_what_stays(sent: World) -> None:
    assert seen(sent, "ana") == {model.__name__ for model in MODELS}
    sent.share(*PAIR, *Category)
    assert seen(sent) == {model.__name__ for model in MODELS} - {"Target", "CrossReference"}


def test_the_mirror_shows_what_the_maker_sees(sent: World) -> None:
    sent.share(*PAIR, V, P, I, Category.PAYMENTS)
    with acting_as(sent.actor("ana")):
        eyes = look_through(sent.partnerships[PAIR].public_id)[1]
    assert seen(sent, eyes) == seen(sent)


@pytest.mark.parametrize(
    "words",
    [
        {"to_month": date(2026, 1, 1)},
        {"from_month": date(2026, 2, 1)},
        {"granularity": Granularity.MONTH},
        {"purposes": Purpose.PLANNING},
    ],
)
def test_months_level_and_purpose_are_those_of_the_grant(sent: World, words: dict[str, Any]) -> None:
    sent.share(*PAIR, *Category, **words)
    visible = seen(sent)
    assert not visible & {"StockPosition", "OrderLine", "Invoice", "ServiceCase", "TouchPoint", "LineReturn"}


def test_what_has_no_family_is_seen_by_who_is_granted_all_of_them(sent: World) -> None:
    with acting_as(sent.actor("ana")):
        bikes = StockPosition.objects.order_by("id")[0].family_id
    sent.share(*PAIR, *Category, family_id=bikes)
    with acting_as(sent.actor("mia")):
        assert set(StockPosition.objects.values_list("family_id", flat=True)) == {bikes}
        assert not Invoice.objects.exists()
        assert not ServiceCase.objects.exists()


def test_a_customer_of_payments_alone_is_known_by_them(sent: World) -> None:
    """C2 has an invoice and no line: the grant of all families tells of it, one of a single family does not."""
    sent.share(*PAIR, V)
    with acting_as(sent.actor("mia")):
        assert AccountHandle.objects.filter(distributor_id=sent.orgs["northwest"].pk).count() == 2
        assert not AccountIdentity.objects.filter(organisation_id=sent.orgs["northwest"].pk).exists()


def test_revoked_and_suspended_it_is_gone_at_once(sent: World) -> None:
    grants = sent.share(*PAIR, V, P, I, Category.PAYMENTS)
    with acting_as(sent.actor("northwest-admin")):
        revoke_grant(grants[-1])
    assert seen(sent) == {"PriceEntry", "LineReturn"}
    sent.share(*PAIR, Category.PAYMENTS)
    with acting_as(sent.actor("northwest-admin")):
        suspend_partnership(sent.partnerships[PAIR])
    assert seen(sent) == set()


def test_history_that_was_left_is_what_was_recorded_by_then(sent: World) -> None:
    sent.share(*PAIR, *Category)
    before = seen(sent)
    with acting_as(sent.actor("northwest-admin")):
        live = list(Grant.objects.filter(partnership=sent.partnerships[PAIR], revoked_at=None))
        change_sharing(
            sent.partnerships[PAIR], ends=live, keep_history_until=timezone.localdate() + timedelta(days=30)
        )
    send(
        Desk(sent, "ana", *PAIR),
        "payments",
        "account_id,invoice_number,invoice_date,amount\nC9,I-9,2026-01-20,5\n",
    )
    assert seen(sent) == before
    with acting_as(sent.actor("mia")):
        assert set(Invoice.objects.values_list("number", flat=True)) == {"I-1", "I-2"}
    with acting_as(sent.actor("ana")):
        assert Invoice.objects.count() == 3


def test_a_maker_writes_none_of_it(sent: World) -> None:
    sent.share(*PAIR, *Category)
    with acting_as(sent.actor("mia")), connection.cursor() as cursor:
        for model in MODELS:
            if hasattr(model, "superseded_at"):
                cursor.execute(f"UPDATE {model._meta.db_table} SET superseded_at = now()")
                assert cursor.rowcount == 0, model
