"""Loading a catalogue, and learning products from files while there is none."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import IO

from django.db import connection
from django.db.models import Model

from partners.audit.services import record
from partners.catalogue.models import UNCLASSIFIED, ListPrice, Product, ProductFamily, UnitCost
from partners.organisations.roles import Permission, require
from partners.tenancy.context import current_organisation_id
from partners.tenancy.models import new_public_id

REQUIRED = ("sku", "product_name", "family")
SINCE_EVER = date(1990, 1, 1)
_AMOUNTS: tuple[tuple[type[Model], str], ...] = ((ListPrice, "list_price"), (UnitCost, "unit_cost"))


class CatalogueError(ValueError):
    """The catalogue file cannot be loaded; the message names row and column and says what to do."""


@dataclass(frozen=True)
class ProductRow:
    """A row of a catalogue file, understood."""

    sku: str
    name: str
    family: str
    category: str
    product_line: str
    list_price: Decimal | None
    unit_cost: Decimal | None
    launched_on: date | None
    ended_on: date | None


def load_catalogue(file: IO[str], currency: str) -> int:
    """Load a CSV of products (headings sku, product_name, family, category, product_line, list_price, unit_cost,
    launched_on, ended_on) for the acting manufacturer, and return how many there are in it.

    Products are matched by SKU and brought up to date; none is removed.

    Raises
    ------
    CatalogueError
        At the first row that cannot be read; nothing is loaded then.
    """
    require(Permission.MANAGE_CATALOGUE)
    manufacturer_id = current_organisation_id()
    rows = {row.sku: row for row in _read(file)}
    families = _settle_families(manufacturer_id, {row.family for row in rows.values()})
    Product.objects.bulk_create(
        [
            Product(
                manufacturer_id=manufacturer_id,
                sku=row.sku,
                name=row.name,
                family_id=families[row.family],
                category=row.category,
                product_line=row.product_line,
                launched_on=row.launched_on,
                ended_on=row.ended_on,
            )
            for row in rows.values()
        ],
        update_conflicts=True,
        unique_fields=["manufacturer_id", "sku", "learned_by_id"],
        update_fields=["name", "family_id", "category", "product_line", "launched_on", "ended_on"],
    )
    _settle_amounts(manufacturer_id, rows, currency)
    record("catalogue.loaded", str(manufacturer_id), products=len(rows))
    return len(rows)


def learn_products(manufacturer_id: int, skus: Iterable[str]) -> None:
    """Note SKUs of a maker without catalogue as provisional products, seen by the acting distributor alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gate_unclassified(%s, %s)", [manufacturer_id, new_public_id("fam")])
        family_id = cursor.fetchone()[0]
    Product.objects.bulk_create(
        [
            Product(
                manufacturer_id=manufacturer_id,
                learned_by_id=current_organisation_id(),
                sku=sku,
                family_id=family_id,
            )
            for sku in skus
        ],
        ignore_conflicts=True,
    )


def _settle_families(manufacturer_id: int, names: set[str]) -> dict[str, int]:
    ProductFamily.objects.bulk_create(
        [ProductFamily(manufacturer_id=manufacturer_id, name=name) for name in sorted(names)],
        ignore_conflicts=True,
    )
    return dict(
        ProductFamily.objects.filter(manufacturer_id=manufacturer_id, name__in=names).values_list(
            "name", "id"
        )
    )


def _settle_amounts(manufacturer_id: int, rows: dict[str, ProductRow], currency: str) -> None:
    ids = dict(
        Product.objects.filter(manufacturer_id=manufacturer_id, learned_by_id=None).values_list("sku", "id")
    )
    for model, field in _AMOUNTS:
        model._default_manager.bulk_create(
            [
                model(product_id=ids[row.sku], from_on=SINCE_EVER, amount=amount, currency=currency)
                for row in rows.values()
                if (amount := getattr(row, field)) is not None
            ],
            update_conflicts=True,
            unique_fields=["product", "from_on", "currency"],
            update_fields=["amount"],
        )


def _read(file: IO[str]) -> Iterator[ProductRow]:
    reader = csv.DictReader(file)
    headings = [heading.strip() for heading in reader.fieldnames or []]
    missing = [name for name in REQUIRED if name not in headings]
    if missing:
        raise CatalogueError(
            f"The catalogue has no column {', '.join(missing)}; its headings are: {', '.join(headings) or 'none'}."
            " Name the columns sku, product_name and family at least."
        )
    for raw in reader:
        cells = {
            (key or "").strip(): (value or "").strip() for key, value in raw.items() if isinstance(value, str)
        }
        yield _row(cells, reader.line_num)


def _row(cells: dict[str, str], number: int) -> ProductRow:
    if not cells["sku"]:
        raise CatalogueError(f"Row {number} of the catalogue has no sku. Give it one or remove the row.")
    return ProductRow(
        sku=cells["sku"],
        name=cells["product_name"],
        family=cells["family"] or UNCLASSIFIED,
        category=cells.get("category", ""),
        product_line=cells.get("product_line", ""),
        list_price=_amount(cells, "list_price", number),
        unit_cost=_amount(cells, "unit_cost", number),
        launched_on=_day(cells, "launched_on", number),
        ended_on=_day(cells, "ended_on", number),
    )


def _amount(cells: dict[str, str], column: str, number: int) -> Decimal | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise CatalogueError(
            f"Row {number}, column {column}: '{text[:40]}' is not an amount. Write it as 1234.5678 and load again."
        )
    return amount


def _day(cells: dict[str, str], column: str, number: int) -> date | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CatalogueError(
            f"Row {number}, column {column}: '{text[:40]}' is not a date. Write it as 2013-05-31 and load again."
        ) from None
