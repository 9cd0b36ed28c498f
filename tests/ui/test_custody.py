"""The pages by which data is taken out and destroyed: nothing happens by a mere click, and what happened is told."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from partners.accounts.models import AccountIdentity
from partners.agreements.services import end_partnership
from partners.organisations.models import Membership
from partners.organisations.services import (
    Particulars,
    change_organisation,
    change_seat,
    end_seat,
    seat_new_user,
)
from partners.tenancy.actors import Reach, Role
from partners.tenancy.context import acting_as
from portal.custody.archiving import read_piece, write_archive
from portal.custody.erasing import ask_to_delete, ask_to_erase, destroy, list_receipts
from portal.custody.models import Archive, Reason, Receipt
from tests.reports.paper import FACES, pages_of, read
from tests.sessions import fresh_client
from tests.ui.conftest import Browse, browse
from tests.world import World

__all__ = ["browse"]
PAIR = ("adventure", "northwest")
ADMIN = "northwest-admin"


def ref(world: World) -> str:
    with acting_as(world.actor("ana")):
        return AccountIdentity.objects.get(code="NO1").public_id


def test_a_customer_is_erased_once_its_number_is_typed(trading_world: World, browse: Browse) -> None:
    ana, url = browse("ana"), reverse("account_erase", args=[ref(trading_world)])
    assert "NO1 Cycles" in ana.get(url).content.decode()
    account = reverse("account", args=[ref(trading_world)])
    assert url in ana.get(account).content.decode()
    for given in ({}, {"because": "customer_asked", "typed": "NO2"}, {"because": "x", "typed": "NO1"}):
        response = ana.post(url, given)
        assert response.status_code == 400
        assert "Nothing is erased yet" in response.content.decode()
    with acting_as(trading_world.actor("ana")):
        assert not Receipt.objects.exists()
    told = ana.post(url, {"because": "customer_asked", "typed": "NO1"})
    assert told.status_code == 302
    assert "It is being destroyed" in ana.get(told["Location"]).content.decode()
    with acting_as(trading_world.actor("ana")):
        receipt = Receipt.objects.get()
    assert ana.get(reverse("receipt_file", args=[receipt.public_id])).status_code == 404
    destroy(receipt.pk, receipt.organisation_id)
    page = ana.get(told["Location"]).content.decode()
    assert "It is destroyed" in page
    assert "accounts_accountidentity" in page
    assert "NO1" not in page
    text = ana.get(reverse("receipt_file", args=[receipt.public_id])).content.decode()
    assert "accounts_accountidentity: 1\n" in text
    assert "makes a new customer" in text
    assert "makes a new customer" in page
    assert "NO1" not in text
    assert receipt.public_id in ana.get(reverse("receipts")).content.decode()
    assert ana.get(url).status_code == 404


def test_a_receipt_is_printed_on_one_page_in_the_organisation_s_zone(
    trading_world: World, browse: Browse
) -> None:
    with (
        time_machine.travel(datetime(2026, 3, 31, 23, 30, tzinfo=UTC)),
        acting_as(trading_world.actor(ADMIN)),
    ):
        particulars = Particulars("Northwest <Wheels> & Łódź", "PL", "Europe/Warsaw", "EUR")
        change_organisation(particulars, may_change_currency=True)
        receipt = ask_to_erase(ref(trading_world), Reason.CUSTOMER_ASKED)
        file = reverse("receipt_print", args=[receipt.public_id])
        assert browse(ADMIN).get(file).status_code == 404
        destroy(receipt.pk, receipt.organisation_id)
    response = browse(ADMIN).get(file)
    assert response["Content-Type"] == "application/pdf"
    assert f"receipt-{receipt.public_id}.pdf" in response["Content-Disposition"]
    assert browse(ADMIN).get(file).content == response.content
    (said,) = pages_of(response.content)
    with acting_as(trading_world.actor(ADMIN)):
        (done,) = list_receipts()
    for told in (
        "Northwest <Wheels> & Łódź · 1 Apr 2026",
        "A customer · The customer asked for it",
        "1 Apr 2026, 01:30 CEST",
        done.asked_by_name,
        "Page 1 of 1",
        done.digest,
        "makes a new customer",
        *(f"{table} {rows}" for table, rows in done.destroyed.items()),
    ):
        assert told in said, told
    assert "accounts_accountidentity 1" in said
    assert "NO1" not in said
    (page,) = read(response.content).pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert {str(font["/BaseFont"]).partition("+")[2] for font in fonts} == set(FACES)
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)
    for someone in ("rita", "southwest-admin", "adventure-admin"):
        assert browse(someone).get(file).status_code == (403 if someone == "rita" else 404)


def test_the_receipt_of_an_ended_partnership_is_printed(trading_world: World, browse: Browse) -> None:
    with acting_as(trading_world.actor(ADMIN)):
        end_partnership(trading_world.partnerships[PAIR])
        receipt = ask_to_delete(trading_world.partnerships[PAIR].public_id)
    destroy(receipt.pk, receipt.organisation_id)
    (said,) = pages_of(browse(ADMIN).get(reverse("receipt_print", args=[receipt.public_id])).content)
    assert "The data of the partnership with Adventure · The partnership has ended" in said
    assert "ledger_line " in said
    assert "makes a new customer" not in said


def test_an_archive_is_asked_for_and_downloaded(trading_world: World, browse: Browse) -> None:
    admin, partnership = browse(ADMIN), trading_world.partnerships[PAIR]
    url = reverse("partnership_archive", args=[partnership.public_id])
    assert admin.post(url)["Location"] == url
    assert "being made" in admin.get(url).content.decode()
    with acting_as(trading_world.actor(ADMIN)):
        archive = Archive.objects.get()
    file = reverse("archive_file", args=[partnership.public_id, archive.public_id])
    assert admin.get(file).status_code == 404
    write_archive(archive.pk, archive.organisation_id)
    assert file in admin.get(url).content.decode()
    for someone in ("southwest-admin", "adventure-admin", "contoso-admin"):
        assert browse(someone).get(file).status_code == 404
    other = reverse(
        "archive_file", args=[trading_world.partnerships["contoso", "northwest"].public_id, archive.public_id]
    )
    assert admin.get(other).status_code == 404


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_the_download_is_the_whole_file(trading_world: World, browse: Browse) -> None:
    from tests.custody.test_archiving import made

    archive = made(trading_world)
    admin = browse(ADMIN)
    response = admin.get(
        reverse("archive_file", args=[trading_world.partnerships[PAIR].public_id, archive.public_id])
    )
    assert response["Content-Type"] == "application/zip"
    content = b"".join(response)
    assert len(content) == archive.size == int(response["Content-Length"])
    assert "sell_through.csv" in zipfile.ZipFile(io.BytesIO(content)).namelist()


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
@pytest.mark.parametrize(
    "leaves", [end_seat, lambda seat: change_seat(seat.public_id, Role.VIEWER, Reach.WHOLE)]
)
def test_a_download_ends_with_the_seat(
    trading_world: World, monkeypatch: pytest.MonkeyPatch, leaves: Callable[[Membership], object]
) -> None:
    """Olga's seat ends, or may no longer do this, while a file of many pieces is under way."""
    from tests.custody.test_archiving import made

    monkeypatch.setattr("portal.custody.archiving.PIECE", 500)
    archive, partnership = made(trading_world), trading_world.partnerships[PAIR]
    with acting_as(trading_world.actor(ADMIN)):
        olga = seat_new_user("olga@northwest.example", "Olga", None, Role.SHARING_OFFICER)

    def read_and_leave(archive: Archive, number: int) -> bytes | None:
        with acting_as(trading_world.actor(ADMIN)):
            leaves(olga)
        return read_piece(archive, number)

    monkeypatch.setattr("portal.ui.custody.views.read_piece", read_and_leave)
    file = reverse("archive_file", args=[partnership.public_id, archive.public_id])
    assert len(b"".join(fresh_client(olga.user).get(file))) == 500 < archive.size


def test_an_ended_partnership_s_data_is_deleted_once_its_name_is_typed(
    trading_world: World, browse: Browse
) -> None:
    admin, partnership = browse(ADMIN), trading_world.partnerships[PAIR]
    url = reverse("partnership_delete", args=[partnership.public_id])
    assert admin.get(url).status_code == 404
    with acting_as(trading_world.actor(ADMIN)):
        end_partnership(partnership)
    assert "Take the data out first" in admin.get(url).content.decode()
    assert admin.post(url, {"typed": "Contoso"}).status_code == 400
    told = admin.post(url, {"typed": "Adventure"})
    assert told.status_code == 302
    page = admin.get(told["Location"]).content.decode()
    assert "The data of the partnership with Adventure" in page
    assert "partnership has ended" in page
    assert browse("adventure-admin").get(url).status_code == 404
