"""Slips in the files: each is known, and the reader takes the row or sets it aside for the right reason."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.core.management import call_command

from integrations.ingestion.models import QuarantinedRow
from integrations.ingestion.reading import examine, parse
from integrations.ingestion.reading.faults import Reason
from integrations.ingestion.reasons import LedgerReason
from integrations.simulator.mess import NOT_TO_BE_TAKEN, Defect
from integrations.simulator.simulate import Sent, simulate
from partners.organisations.login import find_organisation
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as

from .conftest import UNTIL, Channel, put_right, read_rows

MESSY = {"wrzosek", "granvik", "montelba", "saltgrass", "kaszuba"}
READ_AS = {
    Defect.UNKNOWN_SKU: LedgerReason.UNKNOWN_SKU_NEAR,
    Defect.ZERO_QUANTITY: Reason.ZERO_QUANTITY,
    Defect.DAY_AND_MONTH_SWAPPED: Reason.NO_SUCH_DAY,
    Defect.CASH_SALE: Reason.MISSING_VALUE,
}


def messy_one(channel: Channel) -> tuple[Sent, pd.DataFrame]:
    (sent,) = (sent for sent in channel.summary.sent if sent.slips)
    return sent, channel.mess[channel.mess["distributor"] == sent.distributor]


def test_one_of_the_demo_has_one_slip_of_each_kind(channel: Channel) -> None:
    sent, slips = messy_one(channel)
    assert sent.distributor == "wrzosek"
    assert sorted(slips["defect"]) == sorted(defect.value for defect in Defect)
    assert slips["source_row"].is_unique
    assert sent.slips == len(slips) == len(channel.mess)


def test_a_large_channel_has_some_in_five_files_and_few_of_them(tmp_path: Path) -> None:
    summary = simulate(tmp_path, lines=60_000, seed=3, until=UNTIL)
    assert {sent.distributor for sent in summary.sent if sent.slips} == MESSY
    for sent in summary.sent:
        assert sent.slips == 0 or 8 <= sent.slips <= max(8, sent.lines / 400)
    for sent in summary.sent:
        if sent.slips:
            assert_read_as_told(
                sent, pd.read_csv(tmp_path / "mess.csv"), pd.read_csv(tmp_path / "products.csv")
            )


def assert_read_as_told(sent: Sent, mess: pd.DataFrame, catalogue: pd.DataFrame) -> None:
    """Read the file as the product does, and find what mess.csv says, row by row, and the summary's figures."""
    mess = mess[mess["distributor"] == sent.distributor]
    with sent.path.open("rb") as file:
        found = examine(file, sent.path.name, "sell_through", today=UNTIL)
        parsed = list(parse(file, found))
    assert found.conventions.uncertain == ()
    faults = pd.concat(chunk.faults for chunk in parsed)
    rows = pd.concat(chunk.rows for chunk in parsed)
    unknown = rows.index[~rows["sku"].isin(catalogue["sku"])]
    refused = dict(zip(faults["row"], faults["code"], strict=True))
    refused |= dict.fromkeys(unknown, LedgerReason.UNKNOWN_SKU_NEAR.value)
    told = mess[mess["defect"].isin(NOT_TO_BE_TAKEN)]
    assert refused == {slip.source_row: READ_AS[Defect(slip.defect)].value for slip in told.itertuples()}
    blank = [row for chunk in parsed for row in chunk.set_aside["row"]]
    assert blank == mess.loc[mess["defect"] == Defect.BLANK_LINE, "source_row"].tolist()
    taken = rows.drop(unknown)
    assert len(taken) == sent.lines
    assert taken["account_id"].nunique() == sent.accounts
    assert sum(map(Decimal, taken["net_amount"])) == sent.net_amount


def test_the_rows_are_what_they_are_said_to_be(channel: Channel) -> None:
    sent, slips = messy_one(channel)
    head, rows = read_rows(sent)
    right = {slip.defect: slip for slip in slips.itertuples()}

    def written(defect: Defect, column: str) -> str:
        return rows[right[defect].source_row - 2][head.index(column)]

    twice = right[Defect.SENT_TWICE].source_row - 2
    assert rows[twice] == rows[twice - 1]
    assert rows[right[Defect.BLANK_LINE].source_row - 2] == []
    assert written(Defect.TRAILING_SPACES, "sku") == right[Defect.TRAILING_SPACES].right + "  "
    assert sorted(written(Defect.UNKNOWN_SKU, "sku")) == sorted(right[Defect.UNKNOWN_SKU].right)
    assert written(Defect.ZERO_QUANTITY, "quantity") == "0"
    assert written(Defect.CASH_SALE, "account_id") == ""
    assert written(Defect.CASH_SALE, "account_name") == "CASH SALE"
    month, day, year = written(Defect.DAY_AND_MONTH_SWAPPED, "invoice_date").split(".")
    assert f"{day}.{month}.{year}" == right[Defect.DAY_AND_MONTH_SWAPPED].right
    assert int(day) > 12 or int(month) > 12
    assert written(Defect.EXTENDED_DIFFERS, "net_amount") != right[Defect.EXTENDED_DIFFERS].right


def test_put_right_the_file_is_the_trade(channel: Channel) -> None:
    """Two rows too many go, and what is left adds up again."""
    sent, slips = messy_one(channel)
    mended = put_right(read_rows(sent)[1], slips)
    assert len(mended) == len(read_rows(sent)[1]) - 2
    lines = channel.lines[channel.lines["distributor"] == sent.distributor]
    documents = lines.groupby("invoice_number")
    assert (lines["line_number"].astype(int) == documents.cumcount() + 1).all()
    value = [price * quantity for price, quantity in zip(lines["list_price"], lines["quantity"], strict=True)]
    assert (pd.Series(value, lines.index) - lines["discount_amount"] == lines["net_amount"]).all()


def run(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*words, "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return result


@pytest.mark.django_db
def test_sent_in_it_is_quarantined_row_by_row(channel: Channel) -> None:
    sent, slips = messy_one(channel)
    pair = ("--manufacturer", "aldenmark", "--distributor", sent.distributor)
    run("load_catalogue", str(channel.out / "products.csv"), "--manufacturer", "aldenmark")
    run("create_partnership", *pair)
    result = run("submit", str(sent.path), *pair)
    assert (result["accepted"], result["net_amount"]) == (sent.lines, str(sent.net_amount))
    assert (result["quarantined"], result["duplicates"]) == (4, 0)
    found = find_organisation(sent.distributor)
    assert found is not None
    with acting_as(worker(found.id)):
        told = dict(QuarantinedRow.objects.values_list("source_row", "reason"))
    assert told == {
        slip.source_row: READ_AS[Defect(slip.defect)].value
        for slip in slips.itertuples()
        if slip.defect in NOT_TO_BE_TAKEN
    }
    assert run("submit", str(sent.path), *pair)["accepted"] == 0
