"""Sell-through and returns: rows that become lines of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from integrations.ingestion.recording.columns import days, hashed, line_keys, text, value
from integrations.ingestion.recording.recorder import Recorder
from partners.agreements.models import Partnership
from partners.catalogue.selectors import ProductIndex
from partners.ledger.copying import written
from partners.ledger.models import LineKind
from partners.ledger.services import record_lines, supersede_submission
from partners.ledger.staging import (
    COLUMNS,
    Comparison,
    Restatement,
    begin_staging,
    compare,
    end_staging,
    list_conflicts,
    list_fresh_accounts,
    list_overlaps,
    stage,
)

AMOUNTS = ("quantity", "list_price", "discount_amount", "net_amount", "unit_cost", "freight")
LINE_KINDS = {
    "ss": LineKind.SALE, "sd": LineKind.SALE, "ds": LineKind.SALE, "sale": LineKind.SALE,
    "ib": LineKind.TRANSFER, "transfer": LineKind.TRANSFER,
    "ru": LineKind.RETURN, "rv": LineKind.RETURN, "return": LineKind.RETURN,
    "sm": LineKind.SAMPLE, "sample": LineKind.SAMPLE,
    "pa": LineKind.CORRECTION, "correction": LineKind.CORRECTION,
}  # fmt: skip
_FOUR_PLACES = Decimal("0.0001")
_CONTENT = ("sku", "invoice_date", "quantity", "net_amount", "currency")
# What a file of returns says under other names than one of sell-through.
_RETURNED = {"return_number": "invoice_number", "return_date": "invoice_date", "credit_amount": "net_amount"}


@dataclass(frozen=True)
class Lines(Recorder):
    """The recorder of lines; of returns, whose rows all come back, whatever their sign."""

    known_by: str = "invoice_number"
    compared: str = "compared_line"
    returns: bool = False

    @property
    def columns(self) -> Sequence[str]:
        return COLUMNS

    def begin(self) -> None:
        begin_staging()

    def write(self, rows: pd.DataFrame, products: ProductIndex, month: object) -> bytes:
        return _staged(_priced(_turned(rows) if self.returns else rows), products)

    def stage(self, block: bytes) -> None:
        stage(block)

    def compare(self, partnership: Partnership, submission_id: int, *, restates: bool) -> Comparison:
        return compare(partnership, submission_id, restates=restates)

    def list_conflicts(self) -> list[tuple[int, str, str]]:
        return list_conflicts()

    def list_overlaps(self, limit: int) -> list[tuple[int, int]]:
        return list_overlaps(limit)

    def list_accounts(self) -> list[str]:
        return list_fresh_accounts()

    def record(self, partnership: Partnership, submission_id: int) -> int:
        return record_lines(partnership, submission_id)

    def supersede(
        self,
        partnership: Partnership,
        submission_id: int,
        undone: Sequence[int],
        restatements: Sequence[Restatement],
    ) -> int:
        return supersede_submission(partnership, submission_id, undone, restatements)

    def end(self) -> None:
        end_staging()


def _turned(rows: pd.DataFrame) -> pd.DataFrame:
    """Returns as lines: what came back is less than nothing, in units and in money."""
    turned = rows.rename(columns=_RETURNED)
    for name in ("quantity", "net_amount"):
        if name in turned:
            turned[name] = "-" + turned[name].str.removeprefix("-")
    return turned.assign(transaction_type="return")


def _priced(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with net amounts: where the file has none and says what a unit was sold for, that times the units."""
    if "unit_price" not in rows:
        return rows
    net, lacks = value(rows, "net_amount"), text(rows, "net_amount") == ""
    worth = [
        None if price is None else f"{(Decimal(price) * Decimal(quantity)).quantize(_FOUR_PLACES)}"
        for price, quantity in zip(value(rows, "unit_price"), rows["quantity"], strict=True)
    ]
    return rows.assign(net_amount=net.where(~lacks, pd.Series(worth, index=rows.index, dtype=object)))


def _staged(rows: pd.DataFrame, products: ProductIndex) -> bytes:
    """Rows as a block of the staging table's columns."""
    ids = {sku: product_id for sku, (product_id, _) in products.products.items()}
    families = {sku: family_id for sku, (_, family_id) in products.products.items()}
    content = hashed(
        pd.DataFrame({name: text(rows, name).astype(str) for name in _CONTENT}, index=rows.index)
    )
    columns = [
        rows.index.to_series(),
        text(rows, "invoice_number"),
        text(rows, "po_number").where(text(rows, "po_number") != "", text(rows, "order_number")),
        text(rows, "salesperson"),
        text(rows, "account_id"),
        rows["sku"].map(ids),
        rows["sku"].map(families),
        days(rows, "invoice_date"),
        _kinds(rows),
        value(rows, "quantity"),
        text(rows, "currency"),
        *(value(rows, name) for name in AMOUNTS[1:]),
        line_keys(rows),
        content,
        text(rows, "return_reason"),
        text(rows, "condition"),
        text(rows, "original_invoice"),
        value(rows, "original_line"),
    ]
    return written(column.tolist() for column in columns)


def _kinds(rows: pd.DataFrame) -> pd.Series:
    """What the file says, else a sale, and a return where the quantity is negative."""
    by_sign = pd.Series(
        [LineKind.RETURN.value if amount[:1] == "-" else LineKind.SALE.value for amount in rows["quantity"]],
        index=rows.index,
        dtype=object,
    )
    if "transaction_type" not in rows:
        return by_sign
    said = (
        text(rows, "transaction_type")
        .str.casefold()
        .map({code: kind.value for code, kind in LINE_KINDS.items()})
    )
    return said.fillna(by_sign)
