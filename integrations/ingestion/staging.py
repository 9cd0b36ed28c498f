"""From a file's typed rows to the ledger's staging table, and what could not go there."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import pandas as pd
from rapidfuzz import process

from integrations.ingestion.models import QuarantinedRow, Submission
from integrations.ingestion.reading import FEEDS, Examination, Parsed, parse
from integrations.ingestion.reading.faults import FOUND_LIMIT
from integrations.ingestion.reasons import LedgerReason, Said, to_say
from integrations.ingestion.recording import RECORDERS
from integrations.ingestion.recording.columns import records, text
from integrations.ingestion.recording.lines import AMOUNTS
from integrations.ingestion.recording.units import as_the_maker_calls_it, in_base_units
from partners.accounts.services import AccountSeen
from partners.agreements.models import Partnership
from partners.catalogue.selectors import ProductIndex, get_product_index
from partners.catalogue.services import learn_products
from partners.ledger.references import References, list_references
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as

NEAR_MATCHES = 3
NEAR_ENOUGH = 70.0
MOST_NEAR_SEARCHES = 500  # distinct unknown SKUs a chunk for which near matches are looked up
BATCH = 5_000
MOST_NOTES = 50

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
MOST_OF_A_LINE = 9e10  # in its currency: beyond, sums of many lines could overflow


@dataclass
class Staged:
    """What a pass over the file found. Accounts by their code; counts of rows.

    Of the `read` rows, those without a fault, `filled` cells hold what is asked for by agreement.
    """

    accounts: dict[str, AccountSeen] = field(default_factory=dict)
    rows: int = 0
    quarantined: int = 0
    set_aside: int = 0
    notes: list[Said] = field(default_factory=list)
    read: int = 0
    filled: int = 0


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
        references = list_references(partnership.pk)
    staged, recorder = Staged(), RECORDERS[submission.feed]
    recorder.begin()
    for parsed in parse(file, examination):
        with acting_as(actor):
            products = _learn(partnership, products, references, parsed.rows)
            told, untold = in_base_units(as_the_maker_calls_it(parsed.rows, products, references), references)
            refused = [*_refused(told, examination, products), (untold, _unknown_units(untold, examination))]
            _quarantine(submission, parsed.faults)
            taken = told
            for rows, defects in refused:
                write_quarantine(submission, defects)
                taken = taken.drop(rows.index, errors="ignore")
            recorder.stage(taken, products, examination.conventions.today.replace(day=1))
        _collect_accounts(staged, taken)
        _count(staged, parsed, len(parsed.rows) - len(taken), asked_for(submission.feed))
        progress(staged.rows)
    return staged


Refused = tuple[pd.DataFrame, Iterator[dict[str, Any]]]


def _refused(rows: pd.DataFrame, examination: Examination, products: ProductIndex) -> Iterator[Refused]:
    """Rows that read well and cannot be taken, each group with its defects; no row is in two of them."""
    if "sku" in rows:
        unknown = rows[~rows["sku"].isin(products.products.keys())]
        yield unknown, _unknown_skus(unknown, examination, products)
        rows = rows.drop(unknown.index)
    if "family" in rows:
        strange = rows[(text(rows, "family") != "") & ~rows["family"].isin(products.families.keys())]
        yield strange, _defects(strange, examination, "family", LedgerReason.UNKNOWN_FAMILY)
        rows = rows.drop(strange.index)
    if "quantity" in rows:
        huge = rows[_too_large(rows)]
        yield huge, _defects(huge, examination, "quantity", LedgerReason.HUGE_LINE)


def _learn(
    partnership: Partnership, products: ProductIndex, references: References, rows: pd.DataFrame
) -> ProductIndex:
    """With no catalogue loaded, a file teaches its SKUs."""
    new = set(rows["sku"]) - products.products.keys() - references.skus.keys() if "sku" in rows else set()
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


def _defects(
    rows: pd.DataFrame, examination: Examination, field: str, reason: LedgerReason
) -> Iterator[dict[str, Any]]:
    """One defect for each row, in the column of this field."""
    column = examination.mapping.heading(field)
    for row, found in rows[field].items():
        yield {"source_row": row, "column": column, "reason": reason.value, "found": str(found)[:FOUND_LIMIT]}


def _unknown_units(rows: pd.DataFrame, examination: Examination) -> Iterator[dict[str, Any]]:
    if not rows.empty:
        defects = _defects(rows, examination, "unit", LedgerReason.UNKNOWN_UNIT)
        for defect, sku in zip(defects, rows["sku"], strict=True):
            yield {**defect, "params": {"sku": sku[:FOUND_LIMIT]}}


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
        for fault in records(faults)
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


def _too_large(rows: pd.DataFrame) -> pd.Series:
    """Lines worth more than can be added up safely: nearly always a misread column."""
    amounts = {name: pd.to_numeric(text(rows, name), errors="coerce").abs() for name in AMOUNTS}
    worth = [amounts["quantity"] * amounts[name] for name in ("list_price", "unit_cost")]
    return pd.concat([*amounts.values(), *worth], axis=1).max(axis=1) > MOST_OF_A_LINE


def _collect_accounts(staged: Staged, rows: pd.DataFrame) -> None:
    if "account_id" not in rows:
        return
    told = pd.DataFrame({name: text(rows, source) for name, source in _ACCOUNT.items()})
    told = told[told["code"] != ""]
    # The last word on each attribute counts; an empty cell is no word.
    latest = told.where(told != "").groupby("code").last().fillna("").reset_index()
    for account in records(latest):
        seen = AccountSeen(**account)
        before = staged.accounts.get(seen.code, seen)
        staged.accounts[seen.code] = seen.over(before)


def asked_for(feed: str) -> list[str]:
    """The fields of a feed that are asked for by agreement."""
    return [field.key for field in FEEDS[feed].fields if field.requirement == "by_agreement"]


def _count(staged: Staged, parsed: Parsed, refused: int, asked: list[str]) -> None:
    staged.read += len(parsed.rows)
    staged.filled += int(parsed.rows[parsed.rows.columns.intersection(asked)].notna().sum().sum())
    aside = parsed.set_aside[parsed.set_aside["kind"] != "blank"]
    staged.rows += len(parsed.rows) + len(parsed.faulty) + len(aside)
    staged.quarantined += len(parsed.faulty) + refused
    staged.set_aside += len(aside)
    remarks = records(aside[aside["code"].notna()])
    staged.notes += [_noted(remark) for remark in remarks[: MOST_NOTES - len(staged.notes)]]


def _noted(remark: dict[str, Any]) -> Said:
    return to_say(
        remark["code"], {"row": remark["row"], "found": remark["found"], **(remark["params"] or {})}
    )
