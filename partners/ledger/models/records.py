"""What distributors send beside sell-through: a table for each feed, all alike.

A record says something of a customer, a product or a place at a time. It is known by its natural key; one that says
something else under the same key supersedes it and names the submission that did, so that what was known at K is found
as in the lines: `recorded_at <= K and (superseded_at is null or superseded_at > K)`. What another sharing category
guards lies in a part of its own, found by the record's id and seen with it.
"""

from typing import Any

from django.db import models

from partners.tenancy.models import WalledModel


def _units() -> Any:
    return models.DecimalField(max_digits=18, decimal_places=4, null=True)


class Record(WalledModel):
    """What all records carry. `account_id`, `product_id` and `family_id` are 0 where it is of none.

    `month` is that of its business date: with the family it says in which cell of the sharing agreement it lies.
    `ordinal` counts rows of one key in a file, where a feed may say several things under one.
    """

    id = models.BigAutoField(primary_key=True)
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    account_id = models.BigIntegerField(default=0)
    product_id = models.BigIntegerField(default=0)
    family_id = models.BigIntegerField(default=0)
    month = models.DateField()
    ordinal = models.IntegerField(default=1)
    submission_id = models.BigIntegerField()
    source_row = models.IntegerField()
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    superseded_by_id = models.BigIntegerField(null=True)

    class Meta(WalledModel.Meta):
        abstract = True
        indexes = [models.Index(fields=["partnership_id", "month"], name="%(class)s_by_month")]


class RecordPart(WalledModel):
    """What of a record another category guards. Shares its key and lifetime."""

    pk = models.CompositePrimaryKey("record_id", "partnership_id")
    record_id = models.BigIntegerField()
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    family_id = models.BigIntegerField(default=0)
    month = models.DateField()

    class Meta(WalledModel.Meta):
        abstract = True


def _once(name: str, *key: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["partnership_id", *key, "ordinal"], condition=models.Q(superseded_at=None), name=name
    )


class StockPosition(Record):
    """Category inventory: what lay at a location on a day, in base units."""

    location = models.CharField(max_length=255, blank=True)
    as_of = models.DateField()
    on_hand = models.DecimalField(max_digits=18, decimal_places=4)
    available = _units()
    on_order = _units()
    in_transit = _units()
    back_ordered = _units()
    stock_out_days = models.IntegerField(null=True)

    class Meta(Record.Meta):
        constraints = [_once("stock_once", "product_id", "location", "as_of")]


class OrderLine(Record):
    """Category inventory: a line of a distributor's order to the maker, and what came of it.

    `line_key` is the line's number, or where it has none a negative hash of its SKU.
    """

    number = models.CharField(max_length=255)
    line_key = models.BigIntegerField()
    shipment = models.CharField(max_length=255, blank=True)
    ordered_on = models.DateField()
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    promised_on = models.DateField(null=True)
    shipped_on = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    shipped = _units()

    class Meta(Record.Meta):
        constraints = [_once("order_line_once", "number", "line_key", "shipment")]


class OrderPrice(RecordPart):
    """Category price: what a unit of an order's line costs the distributor."""

    unit_price = _units()
    currency = models.CharField(max_length=3, blank=True)


class Invoice(Record):
    """Category payments: an invoice to a customer, when it was due, and when it was paid. Open where that is None."""

    number = models.CharField(max_length=255)
    invoiced_on = models.DateField()
    due_on = models.DateField(null=True)
    paid_on = models.DateField(null=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3, blank=True)
    deduction = _units()
    deduction_code = models.CharField(max_length=255, blank=True)
    terms_days = models.IntegerField(null=True)

    class Meta(Record.Meta):
        constraints = [_once("invoice_once", "number")]
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["partnership_id", "account_id", "month"], name="invoices_by_account_month"),
        ]


class ServiceCase(Record):
    """Category service: a case or an answer to a survey. CSAT 1-5, NPS 0-10, CES 1-7."""

    number = models.CharField(max_length=255, blank=True)
    opened_on = models.DateField()
    topic = models.CharField(max_length=255, blank=True)
    first_response_on = models.DateField(null=True)
    resolved_on = models.DateField(null=True)
    csat = models.SmallIntegerField(null=True)
    nps = models.SmallIntegerField(null=True)
    ces = models.SmallIntegerField(null=True)

    class Meta(Record.Meta):
        constraints = [_once("case_once", "account_id", "number", "opened_on")]


class CaseText(RecordPart):
    """Category identity: what was said, in words."""

    text = models.CharField(max_length=255)


class TouchPoint(Record):
    """Category service: a call, a visit, or what a customer did on the web."""

    touched_on = models.DateField()
    channel = models.CharField(max_length=255)
    minutes = models.IntegerField(null=True)

    class Meta(Record.Meta):
        constraints = [_once("touch_point_once", "account_id", "touched_on", "channel")]


class TouchPeople(RecordPart):
    """Category contacts: who spoke with whom, and what was noted."""

    salesperson = models.CharField(max_length=255, blank=True)
    contact = models.CharField(max_length=255, blank=True)
    note = models.CharField(max_length=255, blank=True)


class AccountTerms(Record):
    """Category payments: on what terms a customer buys. Its month is that of the file."""

    terms_days = models.IntegerField(null=True)
    credit_limit = _units()
    currency = models.CharField(max_length=3, blank=True)

    class Meta(Record.Meta):
        constraints = [_once("terms_once", "account_id")]


class AccountSheet(RecordPart):
    """Category identity: what the account master said of a customer, and by its headings what no field is for."""

    name = models.CharField(max_length=255, blank=True)
    street = models.CharField(max_length=255, blank=True)
    city = models.CharField(max_length=255, blank=True)
    region = models.CharField(max_length=255, blank=True)
    postcode = models.CharField(max_length=255, blank=True)
    country = models.CharField(max_length=255, blank=True)
    account_type = models.CharField(max_length=255, blank=True)
    industry = models.CharField(max_length=255, blank=True)
    parent = models.CharField(max_length=255, blank=True)
    tax_number = models.CharField(max_length=255, blank=True)
    others = models.JSONField(default=dict)


class PriceEntry(Record):
    """Category price: a price or cost of a product from a day on, from a quantity on."""

    kind = models.CharField(max_length=255, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    from_on = models.DateField()
    minimum = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    to_on = models.DateField(null=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta(Record.Meta):
        constraints = [_once("price_once", "product_id", "kind", "currency", "from_on", "minimum")]


class Target(Record):
    """A month's target of a customer, a family or the whole. It stays with who sent it."""

    measure = models.CharField(max_length=255, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    salesperson = models.CharField(max_length=255, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta(Record.Meta):
        constraints = [
            _once("target_once", "month", "account_id", "family_id", "measure", "currency", "salesperson")
        ]


class CrossReference(Record):
    """The distributor's own article number for a product, and how many base units its unit holds. It stays with it."""

    own_sku = models.CharField(max_length=255)
    unit = models.CharField(max_length=255, blank=True)
    units_per_pack = models.DecimalField(max_digits=18, decimal_places=4, default=1)
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)

    class Meta(Record.Meta):
        constraints = [_once("cross_reference_once", "own_sku", "unit")]
