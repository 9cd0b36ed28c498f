"""Intents are written with their change, and handed on at least once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from partners.agreements.models import Category
from partners.agreements.services import revoke_grant
from partners.jobs.models import OutboxEvent
from partners.jobs.services import emit, relay_waiting, wait_again
from partners.tenancy.actors import RELAY
from partners.tenancy.context import acting_as
from portal.dispatch import DISPATCH
from tests.world import World


def test_an_intent_goes_with_its_transaction(world: World) -> None:
    def emit_and_fail() -> None:
        with acting_as(world.worker("northwest")):
            emit("submission.received", submission_id=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        emit_and_fail()
    sent: list[tuple[str, dict[str, Any]]] = []
    relay_waiting(DISPATCH, lambda task, payload: sent.append((task, payload)))
    assert [payload for task, payload in sent if task == "ingestion.check"] == []


def test_each_event_becomes_its_tasks_for_the_organisations_that_it_concerns(world: World) -> None:
    northwest, adventure = world.orgs["northwest"].pk, world.orgs["adventure"].pk
    relay_waiting(DISPATCH, lambda task, payload: None)
    with acting_as(world.worker("northwest")):
        emit("submission.received", submission_id=7)
        emit(
            "ledger.changed", partnership_id=3, distributor_id=northwest, manufacturer_id=adventure, months=[]
        )
    sent: list[tuple[str, int]] = []
    assert relay_waiting(DISPATCH, lambda task, payload: sent.append((task, payload["organisation_id"]))) == 2
    assert sent == [
        ("ingestion.check", northwest),
        ("analytics.analyse", northwest),
        ("analytics.analyse", adventure),
    ]
    assert relay_waiting(DISPATCH, lambda task, payload: None) == 0


def test_what_is_no_longer_shared_is_withdrawn_before_it_is_computed_anew(world: World) -> None:
    relay_waiting(DISPATCH, lambda task, payload: None)
    (grant,) = world.share("adventure", "northwest", Category.VOLUME)
    with acting_as(world.actor("northwest-admin")):
        revoke_grant(grant)
    sent: list[tuple[str, int]] = []
    relay_waiting(DISPATCH, lambda task, payload: sent.append((task, payload["organisation_id"])))
    adventure = world.orgs["adventure"].pk
    assert sent == [("reports.withdraw", adventure), ("analytics.analyse", adventure)] * 2


def test_a_broker_that_fails_loses_nothing(world: World) -> None:
    with acting_as(world.worker("northwest")):
        emit("submission.received", submission_id=7)

    def fail(task: str, payload: dict[str, Any]) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError), transaction.atomic():
        relay_waiting(DISPATCH, fail)
    sent: list[str] = []
    relay_waiting(DISPATCH, lambda task, payload: sent.append(task))
    assert "ingestion.check" in sent


def test_what_a_lost_broker_held_is_handed_on_again(world: World) -> None:
    relay_waiting(DISPATCH, lambda task, payload: None)
    with acting_as(world.worker("northwest")):
        emit("submission.received", submission_id=7)
    sent: list[dict[str, Any]] = []
    relay_waiting(DISPATCH, lambda task, payload: sent.append(payload))
    assert wait_again(timezone.now()) == 0
    assert wait_again(timezone.now() - timedelta(hours=1)) >= 1
    relay_waiting(DISPATCH, lambda task, payload: sent.append(payload))
    (event_id,) = {
        payload["event_id"] for payload in sent if payload.get("submission_id") == 7
    }  # so its job is one
    assert [payload["event_id"] for payload in sent].count(event_id) == 2


def test_the_relay_sees_intents_and_nothing_else(trading_world: World) -> None:
    from django.apps import apps

    from partners.tenancy.models import WalledModel

    with acting_as(RELAY):
        assert OutboxEvent.objects.exists()
        for model in apps.get_models():
            if issubclass(model, WalledModel) and model is not OutboxEvent:
                assert not model._default_manager.exists(), model


def test_every_kind_of_event_that_is_emitted_has_a_target() -> None:
    import re
    from pathlib import Path

    from django.conf import settings

    emitted = set()
    for room in ("partners", "analytics", "integrations", "portal"):
        for path in Path(settings.BASE_DIR, room).rglob("*.py"):
            emitted |= set(re.findall(r'emit\(\s*"([a-z._]+)"', path.read_text()))
    assert emitted == set(DISPATCH)
