"""The sums of sell-through by month, kept with the lines for makers to whom single lines are not granted."""

from django.db import models

from partners.tenancy.models import WalledModel


class MonthSum(WalledModel):
    """What every sum of a family's month carries. `changed_at` moves only when what the row says changes.

    Kept by `partners.ledger.sums` in the transaction that changes the lines, never written otherwise.
    """

    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    country = models.CharField(max_length=255)
    postcode_area = models.CharField(max_length=10)
    family_id = models.BigIntegerField()
    month = models.DateField()
    changed_at = models.DateTimeField()

    class Meta(WalledModel.Meta):
        abstract = True


class UnitSum(MonthSum):
    """Its units: of sales and corrections, and of returns (positive)."""

    units = models.DecimalField(max_digits=18, decimal_places=4)
    returned_units = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta(MonthSum.Meta):
        abstract = True


class MoneySum(MonthSum):
    """Its money in one currency, of the lines with a net amount; names as `analytics.core.facts` has them.

    What was given away is `list_value - net_of_listed`. List values are not rounded: a total is, once.
    """

    currency = models.CharField(max_length=3)
    net_of_listed = models.DecimalField(max_digits=18, decimal_places=4)
    net_of_unlisted = models.DecimalField(max_digits=18, decimal_places=4)
    list_value = models.DecimalField(max_digits=26, decimal_places=8)
    returned_value = models.DecimalField(max_digits=18, decimal_places=4)
    freight = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta(MonthSum.Meta):
        abstract = True


class AccountMonth(UnitSum):
    """An account's month in one family: what volume shows by month. An account is the one it was merged into.

    `documents` are those with an order of the family, `lines` those of trade: sales, corrections, returns.
    """

    pk = models.CompositePrimaryKey("partnership_id", "account_id", "family_id", "month")
    account_id = models.BigIntegerField()
    documents = models.IntegerField()
    lines = models.IntegerField()


class AccountMonthMoney(MoneySum):
    """The money of that: category price. `lines` carry a net amount, `unlisted` of them no list price."""

    pk = models.CompositePrimaryKey("partnership_id", "account_id", "family_id", "month", "currency")
    account_id = models.BigIntegerField()
    lines = models.IntegerField()
    unlisted = models.IntegerField()


class AreaMonth(UnitSum):
    """A postcode area's month in one family: nothing tells how many customers, documents or lines are behind it."""

    pk = models.CompositePrimaryKey("partnership_id", "country", "postcode_area", "family_id", "month")


class AreaMonthMoney(MoneySum):
    """The money of that. `is_whole`: every line behind the units has a net amount in this one currency."""

    pk = models.CompositePrimaryKey(
        "partnership_id", "country", "postcode_area", "family_id", "month", "currency"
    )
    is_whole = models.BooleanField()
