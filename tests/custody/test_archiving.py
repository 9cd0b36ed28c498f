"""A distributor takes its data out: whole, readable again, for the right people, as long as it is there."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.utils import timezone

from partners.access.doors import NotFound
from partners.accounts.models import AccountIdentity
from partners.agreements.models import Category
from partners.audit.models import AuditEntry
from partners.ledger.models import Line
from partners.ledger.records import KINDS
from partners.tenancy.context import acting_as
from portal.custody import archiving
from portal.custody.archiving import ask_for_archive, get_archive, list_archives, read_piece, write_archive
from portal.custody.erasing import ask_to_erase, destroy
from portal.custody.models import Archive, ArchivePiece, Reason, Receipt
from portal.custody.tasks import tick
from tests.ingestion.conftest import Desk
from tests.ingestion.test_feeds import send
from tests.world import World, build_world, trade

PAIR = ("adventure", "northwest")
ADMIN = "northwest-admin"


def ask_and_write(world: World) -> int:
    with acting_as(world.actor(ADMIN)):
        archive = ask_for_archive(world.partnerships[PAIR].public_id)
    write_archive(archive.pk, archive.organisation_id)
    return archive.pk


def made(world: World) -> Archive:
    ask_and_write(world)
    with acting_as(world.actor(ADMIN)):
        return list_archives(world.partnerships[PAIR])[0]


def unpacked(world: World, archive: Archive) -> dict[str, bytes]:
    content, number = b"", 0
    with acting_as(world.actor(ADMIN)):
        while piece := read_piece(archive, number):
            content, number = content + piece, number + 1
    assert (len(content), hashlib.sha256(content).hexdigest()) == (archive.size, archive.sha256)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


@pytest.mark.parametrize("chunk", [5, 5_000])
def test_everything_is_in_it_and_counted(
    trading_world: World, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(archiving, "CHUNK", chunk)
    monkeypatch.setattr(archiving, "PIECE", 700)
    trading_world.share(*PAIR, Category.VOLUME)
    files = unpacked(trading_world, made(trading_world))
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["files"].keys() == files.keys()
    for name, content in files.items():
        told = manifest["files"][name]
        assert (told["rows"], told["sha256"]) == (len(rows(content)), hashlib.sha256(content).hexdigest()), (
            name
        )
    assert len(rows(files["sell_through.csv"])) == 12
    assert {row["account_id"] for row in rows(files["accounts.csv"])} == {"NO1", "NO2"}
    assert [(row["category"], row["family"]) for row in rows(files["agreement.csv"])] == [("volume", "")]
    assert b"SO1" not in b"".join(files.values())  # a rival's


def test_what_was_taken_out_can_be_read_in_again(trading_world: World) -> None:
    desk = Desk(trading_world, "ana", *PAIR)
    first = desk.send(
        b"invoice_number,line_number,invoice_date,account_id,account_name,sku,quantity,net_amount,currency\n"
        b"I-1,1,2026-04-02,C1,=HYPERLINK(1),RB-1,2,2000.10,USD\nI-2,1,2026-04-03,C1,,RB-1,-1,-1000.00,USD\n"
    )
    assert first.accepted == 2
    lines = rows(unpacked(trading_world, made(trading_world))["sell_through.csv"])
    text = io.StringIO()
    writer = csv.DictWriter(text, lines[0].keys())
    writer.writeheader()
    writer.writerows(line for line in lines if line["invoice_number"].startswith("I-"))
    again = desk.check(text.getvalue().encode(), "again.csv")
    check = desk.check_of(again)
    assert (check.rows_total, check.duplicates, check.quarantined) == (2, 2, 0)
    assert "'=HYPERLINK(1)" in text.getvalue()
    with acting_as(trading_world.actor("ana")):
        AccountIdentity.objects.filter(code="C1").update(name="")
    assert desk.send(text.getvalue().replace("I-1", "J-1").encode(), "new.csv").accepted == 1
    with acting_as(trading_world.actor("ana")):
        assert AccountIdentity.objects.get(code="C1").name == "=HYPERLINK(1)"


@pytest.mark.parametrize("feed", KINDS)
def test_so_can_every_other_feed(world: World, feed: str) -> None:
    desk = Desk(world, "ana", *PAIR)
    first = send(desk, feed)
    content = unpacked(world, made(world))["account_master.csv" if feed == "accounts" else f"{feed}.csv"]
    assert len(rows(content)) == first.accepted
    again = desk.send(content, f"{feed}.csv", feed=feed)
    check = desk.check_of(again)
    assert (check.rows_total, check.quarantined) == (first.accepted, 0)
    if feed != "accounts":  # what no field is for comes back as one column
        assert check.duplicates == first.accepted


def test_a_killed_task_begins_anew(trading_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archiving, "PIECE", 10)
    partnership = trading_world.partnerships[PAIR]
    with acting_as(trading_world.actor(ADMIN)):
        archive = ask_for_archive(partnership.public_id)
        ArchivePiece.objects.create(archive_id=archive.pk, number=0, content=b"of before")
        assert ask_for_archive(partnership.public_id).pk == archive.pk
    write_archive(archive.pk, archive.organisation_id)
    write_archive(archive.pk, archive.organisation_id)  # delivered twice
    with acting_as(trading_world.actor(ADMIN)):
        assert "sell_through.csv" in unpacked(trading_world, list_archives(partnership)[0])


@pytest.mark.parametrize("person", ["ana", "rita", "uwe", "adventure-admin", "mia"])
def test_only_who_shares_takes_it_out(trading_world: World, person: str) -> None:
    partnership = trading_world.partnerships[PAIR]
    trading_world.share(*PAIR, Category.VOLUME)
    with acting_as(trading_world.actor(person)), pytest.raises(PermissionDenied):
        ask_for_archive(partnership.public_id)
    archive = made(trading_world)
    with acting_as(trading_world.actor("adventure-admin")):
        assert not Archive.objects.exists()
        assert read_piece(archive, 0) is None


@pytest.mark.parametrize("person", ["southwest-admin", "contoso-admin"])
def test_for_others_there_is_none(trading_world: World, person: str) -> None:
    archive = made(trading_world)
    with acting_as(trading_world.actor(person)):
        with pytest.raises(NotFound):
            ask_for_archive(trading_world.partnerships[PAIR].public_id)
        with pytest.raises(NotFound):
            get_archive(trading_world.partnerships[PAIR], archive.public_id)


def test_each_download_is_on_record_and_after_a_week_it_is_gone(trading_world: World) -> None:
    archive, partnership = made(trading_world), trading_world.partnerships[PAIR]
    with acting_as(trading_world.actor(ADMIN)):
        get_archive(partnership, archive.public_id)
        assert AuditEntry.objects.filter(action="archive.downloaded", subject=archive.public_id).count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        with acting_as(trading_world.actor(ADMIN)), pytest.raises(NotFound):
            get_archive(partnership, archive.public_id)
        tick()
    with acting_as(trading_world.actor(ADMIN)):
        assert not ArchivePiece.objects.filter(archive_id=archive.pk).exists()


def test_lines_are_not_lost_to_a_merge_or_an_erasure(trading_world: World) -> None:
    from tests.custody.test_erasing import erase

    erase(trading_world, code="NO1")
    files = unpacked(trading_world, made(trading_world))
    with acting_as(trading_world.actor("ana")):
        live = Line.objects.filter(
            partnership_id=trading_world.partnerships[PAIR].pk, superseded_at=None
        ).count()
    assert len(rows(files["sell_through.csv"])) == live
    assert b"NO1 Cycles" not in files["sell_through.csv"]


def pieces() -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM custody_archivepiece")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("is_being_written", [False, True])
def test_an_erased_customer_is_in_no_archive(
    committed_db: None, monkeypatch: pytest.MonkeyPatch, is_being_written: bool
) -> None:
    """Neither in one that is there, nor in one of which a part is written at that moment."""
    world = build_world()
    trade(world)
    with acting_as(world.actor("ana")):
        ref = AccountIdentity.objects.get(code="NO1").public_id
    seen: list[int] = []

    def erase() -> None:
        seen.append(pieces())
        with acting_as(world.actor("ana")):
            receipt = ask_to_erase(ref, Reason.CUSTOMER_ASKED)
        destroy(receipt.pk, receipt.organisation_id)

    if is_being_written:
        plain = archiving._plain

        def erase_once(value: object) -> str:
            if not seen and value == "NO1":
                erase()
            return plain(value)

        monkeypatch.setattr(archiving, "_plain", erase_once)
        monkeypatch.setattr(archiving, "PIECE", 10)
    written = ask_and_write(world)
    if not is_being_written:
        erase()
    assert seen[0]
    assert pieces() == 0
    with acting_as(world.actor(ADMIN)):
        assert not Archive.objects.filter(pk=written).exists()
        assert "custody_archivepiece" in Receipt.objects.get().destroyed
