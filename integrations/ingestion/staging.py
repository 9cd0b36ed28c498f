"""From a file's typed rows to the ledger's staging table, and what could not go there."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

import pandas as pd
from rapidfuzz import process

from integrations.ingestion.models import QuarantinedRow, Submission
from integrations.ingestion.reading import Examination, Parsed, parse
from integrations.ingestion.reading.faults import FOUND_LIMIT
from integrations.ingestion.reasons import LedgerReason, Said, to_say
from partners.accounts.services import AccountSeen
from partners.agreements.models import Partnership
from partners.catalogue.selectors import ProductIndex, get_product_index
from partners.catalogue.services import learn_products
from partners.ledger.models import LineKind
from partners.ledger.staging import begin_staging, stage
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as

NEAR_MATCHES = 3
NEAR_ENOUGH = 70.0
MOST_NEAR_SEARCHES = 500  # distinct unknown SKUs a chunk for which near matches are looked up
BATCH = 5_000
MOST_NOTES = 50

# Ledger column <- field of the feed, for texts and for amounts.
_AMOUNTS = {
    "quantity": "quantity",
    "list_price": "list_price",
    "discount": "discount_amount",
    "net_amount": "net_amount",
    "unit_cost": "unit_cost",
    "freight": "freight",
}
_ACCOUNT = {
    "code": "account_id",
    "name": "account_name",
    "street": "account_street",
    "city": "account_city",
    "region": "account_region",
    "postcode": "account_postal_code",
    "account_type": "account_type",
    "industry": "industry",
    "country": "account_country",
}
LINE_KINDS = {
    "ss": LineKind.SALE, "sd": LineKind.SALE, "ds": LineKind.SALE, "sale": LineKind.SALE,
    "ib": LineKind.TRANSFER, "transfer": LineKind.TRANSFER,
    "ru": LineKind.RETURN, "rv": LineKind.RETURN, "return": LineKind.RETURN,
    "sm": LineKind.SAMPLE, "sample": LineKind.SAMPLE,
    "pa": LineKind.CORRECTION, "correction": LineKind.CORRECTION,
}  # fmt: skip
_CONTENT = ["sku", "invoice_date", "quantity", "net_amount", "currency"]
MOST_OF_A_LINE = 9e10  # in its currency: beyond, sums of many lines could overflow


@dataclass
class Staged:
    """What a pass over the file found. Accounts by their code; counts of rows."""

    accounts: dict[str, AccountSeen] = field(default_factory=dict)
    rows: int = 0
    quarantined: int = 0
    set_aside: int = 0
    notes: list[Said] = field(default_factory=list)


def stage_file(
    submission: Submission,
    partnership: Partnership,
    file: BinaryIO,
    examination: Examination,
    progress: Callable[[int], None],
) -> Staged:
    """Parse the whole file into the staging table; faulty rows go to quarantine, replacing what lay there.

    Opens its own transactions, a chunk at a time, acting for the distributor: progress can be seen meanwhile.
    """
    actor = worker(partnership.distributor_id)
    with acting_as(actor):
        QuarantinedRow.objects.filter(submission=submission).delete()
        products = get_product_index(partnership.manufacturer_id)
    staged = Staged()
    begin_staging()
    for parsed in parse(file, examination):
        with acting_as(actor):
            products = _learn(partnership, products, parsed.rows)
            unknown = ~parsed.rows["sku"].isin(products.products.keys())
            huge = _too_large(parsed.rows) & ~unknown
            _quarantine(submission, parsed.faults)
            write_quarantine(submission, _unknown_skus(parsed.rows[unknown], examination, products))
            write_quarantine(submission, _huge_lines(parsed.rows[huge], examination))
            taken = parsed.rows[~(unknown | huge)]
            stage(_ledger_rows(taken, products))
        _collect_accounts(staged, taken)
        _count(staged, parsed, len(parsed.rows) - len(taken))
        progress(staged.rows)
    return staged


def _learn(partnership: Partnership, products: ProductIndex, rows: pd.DataFrame) -> ProductIndex:
    """With no catalogue loaded, a file teaches its SKUs."""
    new = set(rows["sku"]) - products.products.keys()
    if products.is_catalogue or not new:
        return products
    learn_products(partnership.manufacturer_id, sorted(new))
    return get_product_index(partnership.manufacturer_id)


def _unknown_skus(
    rows: pd.DataFrame, examination: Examination, products: ProductIndex
) -> Iterator[dict[str, Any]]:
    column = examination.mapping.heading("sku")
    near = {
        sku: _near(sku, products) if number < MOST_NEAR_SEARCHES else ""
        for number, sku in enumerate(rows["sku"].unique())
    }
    for row, sku in rows["sku"].items():
        reason = LedgerReason.UNKNOWN_SKU_NEAR if near[sku] else LedgerReason.UNKNOWN_SKU
        yield {
            "source_row": row,
            "column": column,
            "reason": reason.value,
            "found": sku[:FOUND_LIMIT],
            "params": {"near": near[sku]},
        }


def _huge_lines(rows: pd.DataFrame, examination: Examination) -> Iterator[dict[str, Any]]:
    column = examination.mapping.heading("quantity")
    for row, quantity in rows["quantity"].items():
        yield {
            "source_row": row,
            "column": column,
            "reason": LedgerReason.HUGE_LINE.value,
            "found": str(quantity),
            "params": {},
        }


def _near(sku: str, products: ProductIndex) -> str:
    matches = process.extract(sku, products.products.keys(), limit=NEAR_MATCHES, score_cutoff=NEAR_ENOUGH)
    return ", ".join(match for match, *_ in matches)


def _quarantine(submission: Submission, faults: pd.DataFrame) -> None:
    rows = [
        {
            "source_row": fault["row"],
            "column": fault["column"] or "",
            "reason": str(fault["code"]),
            "found": fault["found"] or "",
            "params": to_say(fault["code"], fault["params"] or {})["params"],
        }
        for fault in _records(faults)
    ]
    write_quarantine(submission, rows)


def write_quarantine(submission: Submission, rows: Iterable[dict[str, Any]]) -> None:
    """Keep defects, each with the fields of `QuarantinedRow`."""
    QuarantinedRow.objects.bulk_create(
        [
            QuarantinedRow(submission=submission, distributor_id=submission.distributor_id, **row)
            for row in rows
        ],
        batch_size=BATCH,
    )


def _ledger_rows(rows: pd.DataFrame, products: ProductIndex) -> Iterator[tuple[Any, ...]]:
    """Rows in the order of the staging table's columns."""
    ids = rows["sku"].map(products.products)
    content = _content(rows)
    columns = [
        rows.index.to_series(),
        _text(rows, "invoice_number"),
        _text(rows, "po_number").where(_text(rows, "po_number") != "", _text(rows, "order_number")),
        _text(rows, "salesperson"),
        _text(rows, "account_id"),
        ids.str[0],
        ids.str[1],
        rows["invoice_date"],
        _kinds(rows),
        *(_amount(rows, source) for source in list(_AMOUNTS.values())[:1]),
        _text(rows, "currency"),
        *(_amount(rows, source) for source in list(_AMOUNTS.values())[1:]),
        _line_keys(rows),
        content,
    ]
    return zip(*(column.tolist() for column in columns), strict=True)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", frame.to_dict("records"))


def _text(rows: pd.DataFrame, name: str) -> pd.Series:
    if name not in rows:
        return pd.Series("", index=rows.index)
    return rows[name].fillna("")


def _amount(rows: pd.DataFrame, name: str) -> pd.Series:
    if name not in rows:
        return pd.Series([None] * len(rows), index=rows.index, dtype=object)
    return rows[name].astype(object).where(rows[name].notna(), None)


def _kinds(rows: pd.DataFrame) -> pd.Series:
    """What the file says, else a sale, and a return where the quantity is negative."""
    returned = _text(rows, "quantity").str.startswith("-")
    by_sign = returned.map({True: LineKind.RETURN.value, False: LineKind.SALE.value})
    said = (
        _text(rows, "transaction_type")
        .str.casefold()
        .map({code: kind.value for code, kind in LINE_KINDS.items()})
    )
    return said.fillna(by_sign)


def _content(rows: pd.DataFrame) -> pd.Series:
    """A 62-bit hash of what a line says, the same in every file and on every machine."""
    return _hashed(pd.DataFrame({name: _text(rows, name).astype(str) for name in _CONTENT}, index=rows.index))


def _line_keys(rows: pd.DataFrame) -> pd.Series:
    """The line's number; where the file has none, its SKU says which line it is."""
    numbers = pd.to_numeric(_text(rows, "line_number"), errors="coerce").astype("Int64")
    return numbers.where(numbers > 0, -_hashed(rows[["sku"]]) - 1).astype("int64")


def _hashed(said: pd.DataFrame) -> pd.Series:
    return (pd.util.hash_pandas_object(said, index=False) // 4).astype("int64")


def _too_large(rows: pd.DataFrame) -> pd.Series:
    """Lines worth more than can be added up safely: nearly always a misread column."""
    amounts = {name: pd.to_numeric(_text(rows, name), errors="coerce").abs() for name in _AMOUNTS.values()}
    worth = [amounts["quantity"] * amounts[name] for name in ("list_price", "unit_cost")]
    return pd.concat([*amounts.values(), *worth], axis=1).max(axis=1) > MOST_OF_A_LINE


def _collect_accounts(staged: Staged, rows: pd.DataFrame) -> None:
    told = pd.DataFrame({name: _text(rows, source) for name, source in _ACCOUNT.items()})
    # The last word on each attribute counts; an empty cell is no word.
    latest = told.where(told != "").groupby("code").last().fillna("").reset_index()
    for account in _records(latest):
        seen = AccountSeen(**account)
        before = staged.accounts.get(seen.code, seen)
        staged.accounts[seen.code] = seen.over(before)


def _count(staged: Staged, parsed: Parsed, refused: int) -> None:
    aside = parsed.set_aside[parsed.set_aside["kind"] != "blank"]
    staged.rows += len(parsed.rows) + len(parsed.faulty) + len(aside)
    staged.quarantined += len(parsed.faulty) + refused
    staged.set_aside += len(aside)
    remarks = _records(aside[aside["code"].notna()])
    staged.notes += [_noted(remark) for remark in remarks[: MOST_NOTES - len(staged.notes)]]


def _noted(remark: dict[str, Any]) -> Said:
    return to_say(
        remark["code"], {"row": remark["row"], "found": remark["found"], **(remark["params"] or {})}
    )
