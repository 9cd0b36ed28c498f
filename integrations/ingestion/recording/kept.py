"""Stock, orders, payments and what else is not sell-through: rows that become records of the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.db import models

from integrations.ingestion.recording.columns import line_keys, text, value
from integrations.ingestion.recording.recorder import Recorder
from partners.agreements.models import Partnership
from partners.catalogue.selectors import ProductIndex
from partners.ledger.copying import written
from partners.ledger.records import (
    Kind,
    begin_records,
    compare_records,
    end_records,
    list_record_accounts,
    list_record_conflicts,
    list_record_overlaps,
    record_records,
    stage_records,
    supersede_records,
)
from partners.ledger.staging import Comparison, Restatement

# Column of the ledger <- field of the feed, where they are not called the same.
FIELDS: Mapping[str, Mapping[str, str]] = {
    "stock": {},
    "orders": {
        "number": "po_number",
        "shipment": "shipment_number",
        "promised_on": "promised_date",
        "shipped_on": "ship_date",
        "shipped": "quantity_shipped",
    },
    "payments": {
        "number": "invoice_number",
        "invoiced_on": "invoice_date",
        "due_on": "due_date",
        "paid_on": "paid_date",
    },
    "cases": {
        "number": "case_number",
        "opened_on": "opened_at",
        "first_response_on": "first_response_at",
        "resolved_on": "resolved_at",
    },
    "touch_points": {},
    "accounts": {
        "name": "account_name",
        "street": "account_street",
        "city": "account_city",
        "region": "account_region",
        "postcode": "account_postal_code",
        "country": "account_country",
        "parent": "parent_account",
    },
    "prices": {
        "kind": "price_kind",
        "from_on": "valid_from",
        "to_on": "valid_to",
        "minimum": "minimum_quantity",
        "amount": "price",
    },
    "targets": {"amount": "target"},
    "cross_reference": {"from_on": "valid_from", "to_on": "valid_to"},
}
KNOWN_BY = {
    "stock": "sku",
    "orders": "po_number",
    "payments": "invoice_number",
    "cases": "account_id",
    "touch_points": "account_id",
    "accounts": "account_id",
    "prices": "sku",
    "targets": "month",
    "cross_reference": "own_sku",
}


@dataclass(frozen=True, kw_only=True)
class Kept(Recorder):
    """The recorder of records of one kind."""

    kind: Kind
    compared: str = "compared_record"

    @property
    def columns(self) -> Sequence[str]:
        return self.kind.columns

    def begin(self) -> None:
        begin_records(self.kind)

    def write(self, rows: pd.DataFrame, products: ProductIndex, month: object) -> bytes:
        return _staged(self.kind, rows, products, month)

    def stage(self, block: bytes) -> None:
        stage_records(self.kind, block)

    def compare(self, partnership: Partnership, submission_id: int, *, restates: bool) -> Comparison:
        return compare_records(self.kind, partnership, submission_id, restates=restates)

    def list_conflicts(self) -> list[tuple[int, str, str]]:
        return list_record_conflicts()

    def list_overlaps(self, limit: int) -> list[tuple[int, int]]:
        return list_record_overlaps(self.kind, limit)

    def list_accounts(self) -> list[str]:
        return list_record_accounts()

    def record(self, partnership: Partnership, submission_id: int) -> int:
        return record_records(self.kind, partnership, submission_id)

    def supersede(
        self,
        partnership: Partnership,
        submission_id: int,
        undone: Sequence[int],
        restatements: Sequence[Restatement],
    ) -> int:
        return supersede_records(self.kind, partnership, submission_id, undone, restatements)

    def end(self) -> None:
        end_records()


def _staged(kind: Kind, rows: pd.DataFrame, products: ProductIndex, month: object) -> bytes:
    """Rows as a block of the staging table's columns."""
    own = _own(kind, rows, products, month)
    fields, names = _model_fields(kind), FIELDS[kind.feed]
    columns = [rows.index.to_series(), text(rows, "account_id")]
    for column in kind.types:
        told = own.get(column)
        columns.append(_column(fields[column], rows, names.get(column, column)) if told is None else told)
    return written(column.tolist() for column in columns)


def _own(kind: Kind, rows: pd.DataFrame, products: ProductIndex, month: object) -> dict[str, pd.Series]:
    """What follows from several fields, or from none."""
    nothing = pd.Series(0, index=rows.index)
    ids = rows["sku"].map(products.products) if kind.has_products else None
    families = text(rows, "family").map(products.families).fillna(0).astype("int64")
    own = {
        "product_id": nothing if ids is None else ids.str[0],
        "family_id": families if ids is None else ids.str[1],
    }
    dated = FIELDS[kind.feed].get(kind.dated, kind.dated)
    own["month"] = (
        rows[dated].dt.to_period("M").dt.start_time if dated in rows else pd.Series(month, index=rows.index)
    )
    if "line_key" in kind.key:
        own["line_key"] = line_keys(rows)
    return own


def _model_fields(kind: Kind) -> "dict[str, models.Field[Any, Any]]":
    fields = {field.attname: field for field in kind.model._meta.concrete_fields}
    for part in kind.parts:
        fields |= {
            field.attname: field
            for field in part.model._meta.concrete_fields
            if field.attname in part.columns
        }
    return fields


def _column(field: "models.Field[Any, Any]", rows: pd.DataFrame, name: str) -> pd.Series:
    """A column as its model has it: text is never NULL, what has a default takes it."""
    if isinstance(field, models.CharField):
        return text(rows, name)
    told = value(rows, name)
    if isinstance(field, models.JSONField):
        return told.fillna("{}")
    return told.where(told.notna(), str(field.default)) if field.has_default() else told
