"""The journal of what was taken away: what is written, when, and what a restored database makes of it."""

import json
import logging
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from partners.agreements.models import Category, Grant
from partners.agreements.services import revoke_grant
from partners.audit import journal
from partners.audit.journal import (
    Entry,
    Journal,
    keep_journal,
    list_missing,
    read_journal,
    refuse_older_database,
)
from partners.audit.models import TakenAway
from partners.ledger.models import Line
from partners.organisations.clients import end_client, make_client
from partners.organisations.models import ApiClient, ApiCredential, Membership
from partners.organisations.services import PeopleError
from partners.tenancy.actors import RELAY, Scope
from partners.tenancy.context import acting_as
from partners.tenancy.models import new_public_id
from portal.custody.models import Receipt
from portal.operations.readiness import READINESS
from portal.people.leaving import leave
from portal.replay import Outcome, replay
from tests.world import FULL, World, build_world, trade

PAIR = ("adventure", "northwest")
OFFICER = "northwest-admin"


@pytest.fixture
def sharing(committed_db: None) -> World:
    """Northwest shares volume, price and identity with Adventure."""
    world = build_world()
    trade(world)
    world.share(*PAIR, *FULL)
    return world


def live(world: World, category: Category) -> Grant:
    return Grant.objects.get(partnership=world.partnerships[PAIR], category=category, revoked_at=None)


def revoke(world: World, category: Category, until: date | None = None) -> str:
    """Returns the grant's public id."""
    with acting_as(world.actor(OFFICER)):
        grant = live(world, category)
        revoke_grant(grant, until)
        return str(grant.public_id)


def written() -> list[tuple[str, str]]:
    return [(entry.deed, entry.subject) for entry in read_journal().entries]


def only_file(settings: Settings) -> Path:
    (path,) = settings.JOURNAL.glob("*.jsonl")
    return Path(path)


# --- writing ---


def test_it_is_written_once_that_is_committed_and_says_no_name(sharing: World, settings: Settings) -> None:
    with acting_as(sharing.actor(OFFICER)):
        grant = live(sharing, Category.PRICE)
        revoke_grant(grant)
        assert written() == []
    assert written() == [("grant.revoked", grant.public_id)]
    line = only_file(settings).read_text()
    said = json.loads(line)
    assert set(said) == {"id", "at", "organisation_id", "deed", "subject", "word"}
    assert (said["organisation_id"], said["word"]) == (sharing.orgs["northwest"].pk, "")
    assert only_file(settings).stat().st_mode & 0o777 == 0o600
    refuse_older_database()


def revoke_and_fail(world: World) -> None:
    revoke_grant(live(world, Category.PRICE))
    raise ZeroDivisionError


def test_what_was_rolled_back_leaves_nothing(sharing: World) -> None:
    with pytest.raises(ZeroDivisionError), acting_as(sharing.actor(OFFICER)):
        revoke_and_fail(sharing)
    with acting_as(sharing.actor(OFFICER)):
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # as a preview does
            revoke_and_fail(sharing)
        assert live(sharing, Category.PRICE)
    revoked = revoke(sharing, Category.IDENTITY)
    assert written() == [("grant.revoked", revoked)]


@pytest.fixture
def unwritable(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """The journal's folder cannot be made: a file stands in its place."""
    good = settings.JOURNAL
    (tmp_path / "full").write_text("")
    settings.JOURNAL = tmp_path / "full"
    yield
    settings.JOURNAL = good


def ready() -> tuple[int, str]:
    READINESS.forget()
    answer = Client().get("/health/ready", headers={"host": "web:8000"})
    READINESS.forget()
    return answer.status_code, answer.json()["checks"]["journal"]


def test_a_journal_that_cannot_be_written_hinders_nobody_and_catches_up(
    sharing: World, unwritable: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(journal, "BEHIND_AFTER", timedelta(0))
    assert ready() == (200, "ok")
    revoked = revoke(sharing, Category.PRICE)
    with acting_as(sharing.actor(OFFICER)):
        assert Grant.objects.get(public_id=revoked).revoked_at is not None
    (error,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert "cannot be written" in error.getMessage()
    assert ready() == (200, "behind")
    settings.JOURNAL = tmp_path / "room"
    call_command("relay", once=True)
    assert written() == [("grant.revoked", revoked)]
    assert ready() == (200, "ok")


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """No file of this process grows beyond: what is written then is torn off there."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_line_that_was_torn_off_is_written_again(sharing: World, settings: Settings) -> None:
    with full_after(100):
        first = revoke(sharing, Category.PRICE)
    assert only_file(settings).stat().st_size == 100
    assert read_journal() == Journal([], unreadable=1)
    second = revoke(sharing, Category.IDENTITY)
    assert written() == [("grant.revoked", first), ("grant.revoked", second)]
    assert read_journal().unreadable == 1
    refuse_older_database()


def test_who_dies_between_line_and_mark_doubles_nothing(sharing: World, settings: Settings) -> None:
    revoked = revoke(sharing, Category.PRICE)
    with acting_as(RELAY):
        TakenAway.objects.update(journalled_at=None)
    keep_journal()
    assert only_file(settings).read_text().count(revoked) == 2
    assert written() == [("grant.revoked", revoked)]
    refuse_older_database()


def test_many_at_once_write_whole_lines(sharing: World) -> None:
    with acting_as(sharing.actor(OFFICER)):
        owner = sharing.seats["ana"].user
        clients = [
            make_client(f"system {number}", owner, [Scope.SALES_READ], ApiCredential.Kind.KEY, 1)[0]
            for number in range(24)
        ]

    def end(client: ApiClient) -> None:
        try:
            with acting_as(sharing.actor(OFFICER)):
                end_client(client.public_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(end, clients))
    assert {subject for _, subject in written()} == {client.public_id for client in clients}
    assert read_journal().unreadable == 0
    assert journal.count_waiting() == 0


# --- database and journal ---


def test_another_journal_or_none_is_refused_until_it_is_written_anew(
    sharing: World, settings: Settings, tmp_path: Path
) -> None:
    revoked = revoke(sharing, Category.PRICE)
    settings.JOURNAL = tmp_path / "forgotten"
    with pytest.raises(ImproperlyConfigured, match="not the one that this database has written to"):
        refuse_older_database()
    call_command("replay_revocations", journal_lost=True)
    refuse_older_database()
    assert written() == [("grant.revoked", revoked)]


def test_a_journal_that_cannot_be_read_is_refused(sharing: World, settings: Settings) -> None:
    revoke(sharing, Category.PRICE)
    (settings.JOURNAL / "of-another-machine.jsonl").mkdir()
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        refuse_older_database()


def test_a_database_without_the_table_is_sent_to_migrate(sharing: World) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_takenaway RENAME TO not_yet")
        try:
            with pytest.raises(ImproperlyConfigured, match="older than this code"):
                refuse_older_database()
        finally:
            cursor.execute("ALTER TABLE not_yet RENAME TO audit_takenaway")


def test_lines_of_several_machines_are_read_together(sharing: World, settings: Settings) -> None:
    first, second = revoke(sharing, Category.PRICE), revoke(sharing, Category.IDENTITY)
    path = only_file(settings)
    one, other = path.read_text().strip().split("\n\n")
    path.write_text(other)
    path.with_name("of-another-machine.jsonl").write_text(one)
    assert [subject for _, subject in written()] == [first, second]
    refuse_older_database()


# --- replaying ---


def forgotten(
    world: World, deed: TakenAway.Deed, subject: str, word: str = "", slug: str = "northwest"
) -> Entry:
    """An entry that the database does not know."""
    at = timezone.now().isoformat()
    return Entry(new_public_id("tkn"), at, world.orgs[slug].pk, deed.value, subject, word)


def outcome(entry: Entry) -> Outcome:
    ((_, found, _),) = replay([entry])
    return found


Deed = TakenAway.Deed


def test_history_is_left_until_its_day_and_no_longer(trading_world: World) -> None:
    world = trading_world
    world.share(*PAIR, *FULL)
    with acting_as(world.actor(OFFICER)):
        price, identity = live(world, Category.PRICE), live(world, Category.IDENTITY)
    tomorrow, yesterday = (timezone.localdate() + timedelta(days=days) for days in (1, -1))
    assert (
        outcome(forgotten(world, Deed.GRANT_REVOKED, price.public_id, tomorrow.isoformat())) is Outcome.TAKEN
    )
    assert (
        outcome(forgotten(world, Deed.GRANT_REVOKED, identity.public_id, yesterday.isoformat()))
        is Outcome.TAKEN
    )
    with acting_as(world.actor(OFFICER)):
        price.refresh_from_db()
        identity.refresh_from_db()
        assert (price.keep_history_until, identity.keep_history_until) == (tomorrow, None)
        assert None not in (price.revoked_at, identity.revoked_at)
    withdrawn = forgotten(world, Deed.HISTORY_WITHDRAWN, price.public_id)
    assert outcome(withdrawn) is Outcome.TAKEN
    assert outcome(replace(withdrawn, id="tkn_again")) is Outcome.ALREADY
    with acting_as(world.actor(OFFICER)):
        price.refresh_from_db()
        assert price.keep_history_until is None


def test_the_last_administrator_goes_too(world: World) -> None:
    seat = world.seats[OFFICER]
    with pytest.raises(PeopleError), acting_as(world.actor(OFFICER)):
        leave(seat.public_id)
    assert outcome(forgotten(world, Deed.SEAT_ENDED, seat.public_id)) is Outcome.TAKEN
    with acting_as(world.worker("northwest")):
        assert Membership.objects.get(pk=seat.pk).ended_at is not None


def test_an_ended_partnership_s_data_are_destroyed_again(trading_world: World) -> None:
    world = trading_world
    partnership = world.partnerships[PAIR]
    entry = forgotten(world, Deed.PARTNERSHIP_ERASED, partnership.public_id, "partnership_ended")
    assert outcome(entry) is Outcome.REFUSED  # it has not ended
    assert list_missing([entry]) == [entry]
    assert outcome(forgotten(world, Deed.PARTNERSHIP_ENDED, partnership.public_id)) is Outcome.TAKEN
    assert outcome(entry) is Outcome.TAKEN
    assert list_missing([entry]) == []
    with acting_as(world.actor(OFFICER)):
        assert not Line.objects.filter(partnership_id=partnership.pk).exists()
        assert Receipt.objects.get().state == Receipt.State.DONE


def test_nobody_else_s_is_taken_away(world: World) -> None:
    """An entry names its organisation, and reaches no further."""
    world.share(*PAIR, *FULL)
    with acting_as(world.actor(OFFICER)):
        grant = live(world, Category.PRICE)
    ours, theirs = world.partnerships[PAIR], world.seats["ana"]
    for deed, subject, slug in (
        (Deed.GRANT_REVOKED, grant.public_id, "southwest"),
        (Deed.PARTNERSHIP_ENDED, ours.public_id, "southwest"),
        (Deed.SEAT_ENDED, theirs.public_id, "adventure"),
    ):
        assert outcome(forgotten(world, deed, subject, slug=slug)) is Outcome.ABSENT


def test_what_cannot_be_replayed_is_said_and_stays_missing(sharing: World, settings: Settings) -> None:
    settings.JOURNAL.mkdir()
    odd = replace(forgotten(sharing, Deed.CLIENT_ENDED, "cli_x"), deed="client.melted")
    (settings.JOURNAL / "2026-01.jsonl").write_text(json.dumps(vars(odd)))
    with pytest.raises(CommandError, match="1 entries were refused"):
        call_command("replay_revocations")
    assert list_missing(read_journal().entries) == [odd]


def test_nobody_rewrites_what_was_taken_away(sharing: World) -> None:
    revoke(sharing, Category.PRICE)
    with acting_as(sharing.actor("northwest-admin")):
        assert TakenAway.objects.update(journalled_at=None) == 0
        assert TakenAway.objects.count() == 1
    with acting_as(sharing.actor("southwest-admin")):
        assert TakenAway.objects.count() == 0
