"""What partner systems read: each as far as its owner may, absent where it is not shared."""

import pytest

from partners.agreements.models import Category
from partners.organisations.services import end_seat
from partners.tenancy.actors import Scope
from partners.tenancy.context import acting_as
from tests.api.conftest import Call, canary
from tests.ui.conftest import amount, ref_of
from tests.world import World

LISTS = ("partnerships", "accounts", "months", "signals", "late-orders", "follow-ups", "submissions")


def test_smoke(shared: World, call: Call) -> None:
    for person in ("ana", "mia", "sam", "rita"):
        caller = call(person)
        print(person, caller.get("me").json())
        for name in LISTS:
            response = caller.get(name)
            print(person, name, response.status_code, response.content.decode()[:700], dict(response.headers))
        pid = shared.partnerships["adventure", "northwest"].public_id
        r = caller.get(f"lines?partnership={pid}&limit=2")
        print(r.status_code, r.content.decode()[:1500])
    assert 0
