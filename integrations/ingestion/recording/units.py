"""Articles as the maker calls them, and quantities in its base units."""

from decimal import ROUND_HALF_EVEN, Decimal

import pandas as pd

from integrations.ingestion.recording.columns import text
from partners.catalogue.selectors import ProductIndex
from partners.ledger.references import References, folded

QUANTITIES = (
    "quantity", "quantity_shipped", "on_hand", "available", "on_order", "in_transit", "back_ordered",
)  # fmt: skip
PRICES_OF_A_UNIT = ("list_price", "unit_cost", "unit_price")
BASE_UNITS = frozenset({
    "ea", "each", "pc", "pce", "pcs", "piece", "pieces", "unit", "units", "un", "u", "st", "stk", "stck", "stück",
    "stueck", "pièce", "pièces", "pz", "pezzo", "pezzi", "unidad", "unidades", "stuk", "stuks", "szt", "szt.",
})  # fmt: skip
_FOUR_PLACES = Decimal("0.0001")


def as_the_maker_calls_it(rows: pd.DataFrame, products: ProductIndex, references: References) -> pd.DataFrame:
    """Rows whose own article numbers are the maker's: those of the catalogue stay, others are looked up."""
    if "sku" not in rows or not references.skus:
        return rows
    own = rows["sku"]
    known = own.isin(products.products.keys()) | ~own.isin(references.skus.keys())
    return rows.assign(
        sku=own.where(known, own.map(references.skus)), own_sku=text(rows, "own_sku").where(known, own)
    )


def in_base_units(rows: pd.DataFrame, references: References) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows with quantities and prices of base units, and those in whose units nobody knows how many there are."""
    if "unit" not in rows or "units_per_pack" in rows:
        return rows, rows.iloc[:0]
    units = text(rows, "unit").map(folded)
    packed = (units != "") & ~units.isin(BASE_UNITS)
    if not packed.any():
        return rows, rows.iloc[:0]
    named = text(rows, "own_sku").where(text(rows, "own_sku") != "", rows["sku"])
    sizes = pd.Series(
        [
            (references.packs.get((own, unit)) or references.packs.get((sku, unit)))
            if is_packed
            else Decimal(1)
            for own, sku, unit, is_packed in zip(named, rows["sku"], units, packed, strict=True)
        ],
        index=rows.index,
        dtype=object,
    )
    unknown = sizes.isna()
    told = rows[~unknown].copy()
    for name in (*QUANTITIES, *PRICES_OF_A_UNIT):
        if name in told:
            told[name] = [
                _converted(amount, size, divide=name in PRICES_OF_A_UNIT)
                for amount, size in zip(told[name], sizes[~unknown], strict=True)
            ]
    return told, rows[unknown]


def _converted(amount: str | None, size: Decimal, *, divide: bool) -> str | None:
    if amount is None or pd.isna(amount):
        return None
    exact = Decimal(amount) / size if divide else Decimal(amount) * size
    return str(exact.quantize(_FOUR_PLACES, ROUND_HALF_EVEN))
