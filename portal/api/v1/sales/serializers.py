"""Sell-through as partner systems read it: lines, and months of accounts."""

from rest_framework import serializers

from partners.ledger.models import LineKind
from portal.api.fields import AccountRefSerializer, Amount, MonthField, Shown
from portal.api.v1.signals.serializers import AccountQuery


class MonthsQuery(AccountQuery):
    """Of which months."""

    from_month = MonthField(default=None, help_text="From this month on: `2026-03`.")
    to_month = MonthField(default=None, help_text="Up to this month, itself not included.")


class LinesQuery(MonthsQuery):
    """Which lines."""

    partnership = serializers.CharField(help_text="Of this partnership: `ptn_…`. Required.")


class LineSerializer(Shown):
    """A line of sell-through. Keys of what is not shared, or was never sent, are absent."""

    withheld = frozenset({
        "document", "line_number", "sku", "product", "family", "list_price", "discount", "net_amount", "currency",
    })  # fmt: skip

    id = serializers.CharField()
    account = AccountRefSerializer(source="card")
    date = serializers.DateField(source="line.business_date")
    month = MonthField(source="line.month")
    document = serializers.CharField(source="line.number", required=False, help_text="The invoice's number.")
    line_number = serializers.IntegerField(source="line.line_number", required=False)
    kind = serializers.ChoiceField(choices=LineKind.choices, source="line.kind")
    sku = serializers.CharField(source="line.sku", required=False)
    product = serializers.CharField(source="line.product", required=False)
    family = serializers.CharField(source="line.family", required=False)
    quantity = Amount(source="line.quantity", help_text="In base units; negative on returns.")
    list_price = Amount(source="line.list_price", required=False, help_text="Of one base unit.")
    discount = Amount(source="line.discount", required=False, help_text="Of the line.")
    net_amount = Amount(source="line.net", required=False, help_text="Of the line.")
    currency = serializers.CharField(source="line.currency", required=False)


class MonthMoneySerializer(Shown):
    """A month's money in one currency."""

    currency = serializers.CharField()
    gross_revenue = Amount()
    net_revenue = Amount()
    returned_value = Amount()
    freight = Amount()


class MonthSerializer(Shown):
    """A month of an account. `money` is absent where no price is shared; several currencies are never added."""

    withheld = frozenset({"money", "products"})

    account = AccountRefSerializer(source="card")
    partnership = serializers.CharField(source="partnership.public_id")
    month = MonthField(source="fact.month")
    orders = serializers.IntegerField(
        source="fact.orders",
        help_text="Where the account is seen by month, an order counts once for each family.",
    )
    units = Amount(source="fact.units")
    returned_units = Amount(source="fact.returned_units")
    products = serializers.IntegerField(
        source="fact.products", required=False, help_text="Absent where the account is seen by month."
    )
    families = serializers.IntegerField(source="fact.families")
    money = MonthMoneySerializer(many=True, required=False)
