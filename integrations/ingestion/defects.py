"""Rows that read well and cannot be taken, seen beside the catalogue, the cross-reference and the distributor's record.

One small function for each kind of defect. They are asked in order, and a row is refused by the first that says so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import repeat
from typing import Any

import pandas as pd
from rapidfuzz import process

from integrations.ingestion.reading import Examination
from integrations.ingestion.reading.decimals import shown
from integrations.ingestion.reading.faults import FOUND_LIMIT
from integrations.ingestion.reading.fields import normalised_heading
from integrations.ingestion.reasons import LedgerReason
from integrations.ingestion.recording.columns import text
from integrations.ingestion.recording.lines import AMOUNTS, LINE_KINDS
from partners.accounts.models import AccountIdentity
from partners.agreements.models import Partnership
from partners.catalogue.selectors import ProductIndex
from partners.ledger.models import LineKind
from partners.ledger.references import References, list_references
from partners.organisations.models import Organisation

NEAR_MATCHES = 3
NEAR_ENOUGH = 70.0
MOST_NEAR_SEARCHES = 500  # distinct unknown SKUs a chunk for which near matches are looked up
MOST_OF_A_LINE = 9e10  # in its currency: beyond, sums of many lines could overflow
HALF_A_CENT, CENT = 0.005, 0.01  # a unit price may be rounded by half a cent, a net amount by one
CASE_FITS = 0.25  # how far the price of a unit may lie off that of a whole case, of the latter
SMALLEST_CASE = 6  # the price of a smaller one could be a discount
# Customers that are the distributor itself; folded as headings are.
TRANSFERS = frozenset({
    "internal", "internaltransfer", "stocktransfer", "branchtransfer", "interbranch", "interbranchtransfer",
    "warehousetransfer", "intercompany", "umlagerung", "interneumlagerung", "filialumlagerung", "transfertinterne",
    "traspaso", "traspasointerno", "trasferimento", "trasferimentointerno", "interneoverboeking",
    "przesuniecie", "przesunieciemiedzymagazynowe",
})  # fmt: skip

Refused = tuple[pd.DataFrame, Iterator[dict[str, Any]]]


@dataclass(frozen=True)
class Surroundings:
    """What a file's rows are set against: `padded` are the distributor's account codes that begin with zeros, by what
    is left without them where that is no code of its own, `own_names` what it is called itself."""

    references: References
    padded: Mapping[str, str]
    own_names: frozenset[str]

    @cached_property
    def cases(self) -> dict[str, float]:
        """How many base units the largest case of an article holds, where there is one."""
        sizes: dict[str, float] = {}
        for (sku, _), size in self.references.packs.items():
            sizes[sku] = max(sizes.get(sku, 0.0), float(size))
        return {sku: size for sku, size in sizes.items() if size >= SMALLEST_CASE}


def look_around(partnership: Partnership) -> Surroundings:
    """What the acting distributor knows of its partnership."""
    organisation = Organisation.objects.get(pk=partnership.distributor_id)
    found = AccountIdentity.objects.filter(organisation_id=organisation.pk, code__regex=r"^[0-9]+$")
    codes = set(found.values_list("code", flat=True))
    padded = _padded(codes)
    return Surroundings(
        list_references(partnership.pk),
        {code: padded[code] for code in padded.keys() - codes},
        frozenset({normalised_heading(organisation.name), normalised_heading(organisation.slug)}),
    )


def list_refused(
    rows: pd.DataFrame, examination: Examination, products: ProductIndex, around: Surroundings
) -> Iterator[Refused]:
    """Groups of rows, each with its defects; no row is in two of them."""
    for needs, is_refused, say in (
        ({"sku"}, lambda left: ~left["sku"].isin(products.products.keys()), _unknown_skus(products)),
        (
            {"family"},
            lambda left: _strange_families(left, products),
            _plainly("family", LedgerReason.UNKNOWN_FAMILY),
        ),
        ({"account_id"}, lambda left: _eaten_zeros(left, around), _eaten(around)),
        ({"account_id", "invoice_date"}, lambda left: _to_itself(left, around), _itself),
        ({"quantity"}, _too_large, _plainly("quantity", LedgerReason.HUGE_LINE)),
        ({"quantity", "unit_price", "net_amount"}, _values_differ, _values),
        ({"quantity", "list_price", "net_amount"}, lambda left: _by_the_case(left, around), _cases(around)),
    ):
        if needs <= set(rows.columns):
            refused = rows[is_refused(rows)]
            if not refused.empty:
                yield refused, say(refused, examination)
                rows = rows.drop(refused.index)


Say = Callable[[pd.DataFrame, Examination], Iterator[dict[str, Any]]]


def _plainly(field: str, reason: LedgerReason) -> Say:
    return lambda rows, examination: defects(rows, examination, field, reason)


def defects(
    rows: pd.DataFrame, examination: Examination, field: str, reason: LedgerReason, **params: Iterable[str]
) -> Iterator[dict[str, Any]]:
    """One defect for each row, in the column of this field; `params` of its sentence have a value for each row."""
    column = examination.mapping.heading(field)
    told = zip(*params.values(), strict=True) if params else repeat(())
    for (row, found), values in zip(rows[field].items(), told, strict=bool(params)):
        yield {
            "source_row": row,
            "column": column,
            "reason": reason.value,
            "found": str(found)[:FOUND_LIMIT],
            "params": dict(zip(params, values, strict=True)),
        }


def unknown_units(rows: pd.DataFrame, examination: Examination) -> Iterator[dict[str, Any]]:
    """Rows in units of which nobody has said how many base units they hold."""
    if not rows.empty:
        yield from defects(
            rows, examination, "unit", LedgerReason.UNKNOWN_UNIT, sku=rows["sku"].str[:FOUND_LIMIT]
        )


# --- the article ---


def _unknown_skus(products: ProductIndex) -> Say:
    def say(rows: pd.DataFrame, examination: Examination) -> Iterator[dict[str, Any]]:
        column, near = examination.mapping.heading("sku"), {}
        padded = _padded(products.products) if rows["sku"].str.isdecimal().any() else {}
        for number, sku in enumerate(rows["sku"].unique()):
            if sku in padded:
                near[sku] = LedgerReason.LEADING_ZEROS, padded[sku]
            else:
                matches = _near(sku, products) if number < MOST_NEAR_SEARCHES else ""
                near[sku] = LedgerReason.UNKNOWN_SKU_NEAR if matches else LedgerReason.UNKNOWN_SKU, matches
        for row, sku in rows["sku"].items():
            reason, matches = near[sku]
            yield {
                "source_row": row,
                "column": column,
                "reason": reason.value,
                "found": sku[:FOUND_LIMIT],
                "params": {"near": matches},
            }

    return say


def _padded(codes: Iterable[str]) -> dict[str, str]:
    """Codes of digits that begin with zeros, by what a spreadsheet leaves of them."""
    return {code.lstrip("0"): code for code in codes if code.startswith("0") and code.isdecimal()}


def _near(sku: str, products: ProductIndex) -> str:
    matches = process.extract(sku, products.products.keys(), limit=NEAR_MATCHES, score_cutoff=NEAR_ENOUGH)
    return ", ".join(match for match, *_ in matches)


def _strange_families(rows: pd.DataFrame, products: ProductIndex) -> pd.Series:
    return (text(rows, "family") != "") & ~rows["family"].isin(products.families.keys())


# --- the customer ---


def _eaten_zeros(rows: pd.DataFrame, around: Surroundings) -> pd.Series:
    """A code that is known only with zeros in front, as spreadsheets drop them."""
    return rows["account_id"].isin(around.padded.keys())


def _eaten(around: Surroundings) -> Say:
    def say(rows: pd.DataFrame, examination: Examination) -> Iterator[dict[str, Any]]:
        near = rows["account_id"].map(around.padded).str[:FOUND_LIMIT]
        return defects(rows, examination, "account_id", LedgerReason.LEADING_ZEROS, near=near)

    return say


def _to_itself(rows: pd.DataFrame, around: Surroundings) -> pd.Series:
    """A sale to the distributor itself that the file does not call a transfer."""
    said = text(rows, "transaction_type").str.casefold().map(LINE_KINDS.get)
    named = pd.Series(False, index=rows.index)
    for name in ("account_id", "account_name"):
        told = text(rows, name)
        own = {one for one in told.unique() if _is_itself(normalised_heading(one), around.own_names)}
        named |= told.isin(own)
    return named & (said != LineKind.TRANSFER)


def _is_itself(name: str, own_names: frozenset[str]) -> bool:
    return name in TRANSFERS or name in own_names


def _itself(rows: pd.DataFrame, examination: Examination) -> Iterator[dict[str, Any]]:
    named = text(rows, "account_name").where(text(rows, "account_name") != "", text(rows, "account_id"))
    return defects(rows.assign(account_id=named), examination, "account_id", LedgerReason.TRANSFER)


# --- the amounts ---


def _amounts(rows: pd.DataFrame, *fields: str) -> list[pd.Series]:
    """Columns as numbers without their signs; NaN where there is nothing."""
    return [pd.to_numeric(text(rows, name), errors="coerce").abs() for name in fields]


def _too_large(rows: pd.DataFrame) -> pd.Series:
    """Lines worth more than can be added up safely: nearly always a misread column."""
    amounts = {name: _amounts(rows, name)[0] for name in AMOUNTS if name in rows}
    worth = [amounts["quantity"] * amounts[name] for name in ("list_price", "unit_cost") if name in amounts]
    return pd.concat([*amounts.values(), *worth], axis=1).max(axis=1) > MOST_OF_A_LINE


def _values_differ(rows: pd.DataFrame) -> pd.Series:
    """A net amount that is not what a unit was sold for times the units, with or without the discount."""
    quantity, price, net, discount = _amounts(rows, "quantity", "unit_price", "net_amount", "discount_amount")
    slack = HALF_A_CENT * quantity + CENT
    worth = price * quantity
    return ((net - worth).abs() > slack) & ((net - (worth - discount.fillna(0)).abs()).abs() > slack)


def _values(rows: pd.DataFrame, examination: Examination) -> Iterator[dict[str, Any]]:
    price, quantity = (rows[name].map(Decimal).map(shown) for name in ("unit_price", "quantity"))
    return defects(
        rows, examination, "net_amount", LedgerReason.VALUE_DIFFERS, price=price, quantity=quantity
    )


def _by_the_case(rows: pd.DataFrame, around: Surroundings) -> pd.Series:
    """A unit that was sold for what a whole case costs, or a case for what a unit does."""
    if not around.cases:
        return pd.Series(False, index=rows.index)
    quantity, listed, net = _amounts(rows, "quantity", "list_price", "net_amount")
    times = net / (quantity * listed)
    size = rows["sku"].map(around.cases)
    return ((times / size - 1).abs() <= CASE_FITS) | ((times * size - 1).abs() <= CASE_FITS)


def _cases(around: Surroundings) -> Say:
    def say(rows: pd.DataFrame, examination: Examination) -> Iterator[dict[str, Any]]:
        sku, size = rows["sku"].str[:FOUND_LIMIT], rows["sku"].map(around.cases).map("{:g}".format)
        return defects(rows, examination, "quantity", LedgerReason.CASE_OR_EACH, sku=sku, size=size)

    return say
