"""Somebody leaves: whatever they hold is dead with the next use of it (their open streams: tests/ui/test_live.py)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners.organisations.clients import make_client
from partners.organisations.models import ApiCredential
from partners.organisations.services import end_seat
from partners.tenancy.actors import Scope
from partners.tenancy.context import acting_as
from portal.reports.clock import take_due
from portal.reports.mailing import letter_for, mail_again
from portal.reports.models import Report, Schedule
from portal.reports.writing import write_report
from portal.ui.session.letters import seal_link
from tests.reports.conftest import asked, fresh, shared, written
from tests.reports.test_clock import scheduled
from tests.sessions import fresh_client
from tests.ui.test_second_factor import ANA, STEP, clock, code_of, give_code, give_password, kept
from tests.world import World

__all__ = ["clock", "kept", "shared"]


@pytest.fixture
def ana_leaves(world: World) -> Callable[[], None]:
    def leave() -> None:
        with acting_as(world.actor("northwest-admin")):
            end_seat(world.seats["ana"])

    return leave


def words_of(world: World, kind: ApiCredential.Kind) -> tuple[str, str]:
    """A client of Ana's, and its key or secret."""
    with acting_as(world.actor("northwest-admin")):
        client, words = make_client("Nightly", world.seats["ana"].user, list(Scope), kind, 30)
    return client.public_id, words


def test_a_cookie(world: World, ana_leaves: Callable[[], None]) -> None:
    clients = [fresh_client(world.seats["ana"].user) for _ in range(2)]
    assert [client.get("/definitions/").status_code for client in clients] == [200, 200]
    ana_leaves()
    for client in clients:
        for path in ("/", "/accounts/", "/live/", "/your-login/"):
            assert client.get(path).status_code in (302, 403), path
        assert client.post("/your-login/password/", {}).status_code in (302, 403)


def test_a_password_and_a_login_that_is_half_done(
    world: World, kept: tuple[str, list[str]], ana_leaves: Callable[[], None]
) -> None:
    client = Client()
    assert give_password(client) == STEP
    ana_leaves()
    give_code(client, code_of(kept[0]))
    assert client.get("/").status_code == 403
    late = Client()
    give_password(late, ANA)
    give_code(late, kept[1][0])
    assert late.get("/accounts/").status_code == 403
    assert Client().get(f"/login/new-password/{seal_link(world.seats['ana'].user)}/").status_code == 410


def test_a_key_and_a_token(world: World, ana_leaves: Callable[[], None]) -> None:
    _, key = words_of(world, ApiCredential.Kind.KEY)
    client_id, secret = words_of(world, ApiCredential.Kind.SECRET)
    body = f"grant_type=client_credentials&client_id={client_id}&client_secret={secret}"

    def exchange() -> tuple[int, str]:
        form = "application/x-www-form-urlencoded"
        answer = Client().post("/api/v1/oauth/token", body, content_type=form)
        return answer.status_code, answer.json().get("access_token", "")

    def answers(words: str) -> int:
        return Client().get("/api/v1/me", headers={"Authorization": f"Bearer {words}"}).status_code

    status, token = exchange()
    assert (status, answers(key), answers(token)) == (200, 200, 200)
    ana_leaves()
    assert (exchange()[0], answers(key), answers(token)) == (401, 401, 401)


def test_a_report_its_link_and_its_letter(shared: World, ana_leaves: Callable[[], None]) -> None:
    report, waiting = written(shared, "ana"), asked(shared, "ana")
    with acting_as(shared.actor("ana")):
        mail_again(report.public_id)
    client = fresh_client(shared.seats["ana"].user)
    links = [reverse(name, args=[report.public_id]) for name in ("report", "report_file")]
    assert [client.get(link).status_code for link in links] == [200, 200]
    ana_leaves()
    assert [client.get(link).status_code for link in links] == [403, 403]
    assert letter_for(report.pk, report.organisation_id) is None
    write_report(waiting.pk, waiting.organisation_id)
    assert fresh(shared, "northwest-admin", waiting).state == Report.State.WITHHELD
    assert mail.outbox == []


def test_a_schedule(world: World, ana_leaves: Callable[[], None]) -> None:
    schedule = scheduled(world, "ana")
    ana_leaves()
    assert take_due(timezone.now() + timedelta(days=8)) == 0
    with acting_as(world.actor("northwest-admin")):
        assert Schedule.objects.get(pk=schedule.pk).state == Schedule.State.RESTING
        assert not Report.objects.exists()
