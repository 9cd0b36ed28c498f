"""What was computed, per audience: the organisation for which, and with whose sight, it was computed.

A maker's outcomes carry the partnership's epoch of their computing; once sight was taken away, rows of an older
epoch are hidden by their wall until they are computed anew. Volume and money lie apart, as everywhere.
"""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models

from partners.agreements.models import Granularity
from partners.tenancy.models import ActingOrganisation, ActingPurpose, PublicIdField, WalledModel


class Outcome(WalledModel):
    """What every stored outcome carries. `distributor_id` owns the data behind it; `purpose` is why it was read."""

    audience_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    purpose = models.PositiveSmallIntegerField(db_default=ActingPurpose(), editable=False)
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    epoch = models.PositiveBigIntegerField()

    class Meta(WalledModel.Meta):
        abstract = True


def _by_line() -> list[int]:
    return [Granularity.LINE.value]


class AnalysisRun(Outcome):
    """One partnership analysed for one audience: as of a business date, as known at a moment.

    `sight` is a digest of the lines behind it: another's file of which the audience sees nothing makes no new run.
    `levels` are the granularities at which it saw its cells, each cell at its finest.
    """

    public_id = PublicIdField(prefix="run")
    as_of = models.DateField()
    known_at = models.DateTimeField()
    finished_at = models.DateTimeField(auto_now_add=True)
    accounts = models.PositiveIntegerField()
    signals = models.PositiveIntegerField()
    late = models.PositiveIntegerField()
    is_latest = models.BooleanField(default=True)
    sight = models.CharField(max_length=32, blank=True)
    levels = ArrayField(models.PositiveSmallIntegerField(choices=Granularity.choices), default=_by_line)

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "purpose", "partnership_id"],
                condition=models.Q(is_latest=True),
                name="one_latest_run_an_audience",
            )
        ]


class VolumeFact(Outcome):
    """An account's month in units; columns as `analytics.core.facts.monthly_volume` defines them.

    Of an account that is seen by month, even in part, an order counts once for each family, and `products` is None.
    """

    account_id = models.BigIntegerField()
    month = models.DateField()
    orders = models.PositiveIntegerField()
    units = models.DecimalField(max_digits=18, decimal_places=4)
    returned_units = models.DecimalField(max_digits=18, decimal_places=4)
    products = models.PositiveIntegerField(null=True)
    families = models.PositiveIntegerField()

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "purpose", "partnership_id", "account_id", "month"],
                name="one_volume_fact",
            )
        ]


class MoneyFact(Outcome):
    """An account's month in one currency, without cost; columns as `analytics.core.facts.monthly_money` has them."""

    account_id = models.BigIntegerField()
    month = models.DateField()
    currency = models.CharField(max_length=3)
    lines = models.PositiveIntegerField()
    gross_revenue = models.DecimalField(max_digits=18, decimal_places=4)
    gross_is_net = models.PositiveIntegerField()
    list_value = models.DecimalField(max_digits=18, decimal_places=4)
    net_of_listed = models.DecimalField(max_digits=18, decimal_places=4)
    returned_value = models.DecimalField(max_digits=18, decimal_places=4)
    net_revenue = models.DecimalField(max_digits=18, decimal_places=4)
    freight = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "purpose", "partnership_id", "account_id", "month", "currency"],
                name="one_money_fact",
            )
        ]


class CostFact(Outcome):
    """The audience's own cost of an account's month: a table of its own, for no mirror shows it."""

    account_id = models.BigIntegerField()
    month = models.DateField()
    currency = models.CharField(max_length=3)
    cost = models.DecimalField(max_digits=18, decimal_places=4)
    net_of_costed = models.DecimalField(max_digits=18, decimal_places=4)
    cost_unknown = models.PositiveIntegerField()

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "purpose", "partnership_id", "account_id", "month", "currency"],
                name="one_cost_fact",
            )
        ]


class Standing(Outcome):
    """How an account stands by its own rhythm in the latest run; see `analytics.core.cadence.cadence`.

    Of one whose lines are not in sight ('needs lines') nothing is known but `orders` and the months of the first and
    last, whatever else is None.
    """

    account_id = models.BigIntegerField()
    judgement = models.CharField(max_length=24)
    orders = models.PositiveIntegerField()
    first_month = models.DateField()
    last_month = models.DateField()
    first_order_on = models.DateField(null=True)
    last_order_on = models.DateField(null=True)
    gaps_used = models.PositiveIntegerField(default=0)
    gaps_window = models.CharField(max_length=16, blank=True)
    usual_gap = models.FloatField(null=True)
    late_after_days = models.FloatField(null=True)
    lapsed_after_days = models.FloatField(null=True)
    present_gap = models.PositiveIntegerField(null=True)
    previous_gap = models.FloatField(null=True)
    deviation = models.FloatField(null=True)
    confidence = models.FloatField(null=True)
    expected_on = models.DateField(null=True)
    days_late = models.IntegerField(null=True)
    orders_missed = models.PositiveIntegerField(null=True)
    order_units = models.FloatField(null=True)
    units_at_stake = models.FloatField(null=True)

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "purpose", "partnership_id", "account_id"], name="one_standing"
            )
        ]


class StandingMoney(Outcome):
    """What an order of the account is worth and what is at stake: category price, without anybody's cost."""

    account_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    order_value = models.FloatField(null=True)
    net_at_stake = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "purpose", "partnership_id", "account_id"],
                name="one_standing_in_money",
            )
        ]


class StandingProfit(Outcome):
    """The gross profit of that, by the audience's own cost, for accounts that earn one; no mirror shows it."""

    account_id = models.BigIntegerField()
    margin_rate = models.FloatField()
    profit_at_stake = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "purpose", "partnership_id", "account_id"],
                name="one_standing_in_profit",
            )
        ]


def _months_of_floats() -> "ArrayField[list[float | None], list[float | None]]":
    return ArrayField(models.FloatField(null=True))


class Judged(Outcome):
    """One measure against its own normal, at the last whole month; see `analytics.core.ladder`.

    `values`, `lows`, `highs` and `deviations` are those of the months up to `month`, at most 24, oldest first.
    """

    measure = models.CharField(max_length=40)
    month = models.DateField()
    value = models.FloatField(null=True)
    usual = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    deviation = models.FloatField(null=True)
    state = models.CharField(max_length=12)
    basis = models.CharField(max_length=8)
    months = models.PositiveIntegerField()
    confidence = models.FloatField(null=True)
    first_seen_on = models.DateField(null=True)
    centre = models.FloatField(null=True)
    scale = models.FloatField(null=True)
    values = _months_of_floats()
    lows = _months_of_floats()
    highs = _months_of_floats()
    deviations = _months_of_floats()

    class Meta(Outcome.Meta):
        abstract = True


class Rung(Judged):
    """A measure of an account."""

    account_id = models.BigIntegerField()

    class Meta(Judged.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "purpose", "partnership_id", "account_id", "measure"], name="one_rung"
            )
        ]


class AreaRung(Judged):
    """A measure of a postcode area, of the cells in which no account is told apart."""

    country = models.CharField(max_length=255)
    postcode_area = models.CharField(max_length=10)

    class Meta(Judged.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "purpose", "partnership_id", "country", "postcode_area", "measure"],
                name="one_area_rung",
            )
        ]


class AreaFact(Outcome):
    """A postcode area's month in one family, in units: of the cells in which no account is told apart."""

    country = models.CharField(max_length=255)
    postcode_area = models.CharField(max_length=10)
    family_id = models.BigIntegerField()
    month = models.DateField()
    units = models.DecimalField(max_digits=18, decimal_places=4)
    returned_units = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "audience_id", "purpose", "partnership_id", "country", "postcode_area", "family_id", "month",
                ],
                name="one_area_fact",
            )
        ]  # fmt: skip


class AreaMoneyFact(Outcome):
    """The same in one currency: category price. What of it is not known is not in it."""

    country = models.CharField(max_length=255)
    postcode_area = models.CharField(max_length=10)
    family_id = models.BigIntegerField()
    month = models.DateField()
    currency = models.CharField(max_length=3)
    gross_revenue = models.DecimalField(max_digits=18, decimal_places=4)
    net_revenue = models.DecimalField(max_digits=18, decimal_places=4)
    returned_value = models.DecimalField(max_digits=18, decimal_places=4)
    freight = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "audience_id", "purpose", "partnership_id", "country", "postcode_area", "family_id", "month",
                    "currency",
                ],
                name="one_area_money_fact",
            )
        ]  # fmt: skip


class SeasonFactor(Outcome):
    """What a month of the year is to a measure in a segment: with it a page recomputes what the run computed."""

    measure = models.CharField(max_length=40)
    segment = models.CharField(max_length=520)
    month_of_year = models.PositiveSmallIntegerField()
    factor = models.FloatField()
    accounts = models.PositiveIntegerField()
    pooled = models.BooleanField()

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "purpose", "partnership_id", "measure", "segment", "month_of_year"],
                name="one_season_factor",
            )
        ]


class Movement(Outcome):
    """Why a partnership's units or net revenue moved in a year; fields as `analytics.core.movement.Movement`.

    The parts add up exactly: now - before = gained + lost + families added + families dropped + kept_now -
    kept_before + other. `losses`: of the families that lost most, [family id, change, dropped by]. One of `by_area`
    is about the cells in which no account is told apart: its customers are postcode areas.
    """

    value = models.CharField(max_length=12)
    by_area = models.BooleanField(default=False)
    currency = models.CharField(max_length=3, blank=True)
    month = models.DateField()
    cause = models.CharField(max_length=24)
    before = models.DecimalField(max_digits=18, decimal_places=4)
    now = models.DecimalField(max_digits=18, decimal_places=4)
    gained = models.DecimalField(max_digits=18, decimal_places=4)
    lost = models.DecimalField(max_digits=18, decimal_places=4)
    families_added = models.DecimalField(max_digits=18, decimal_places=4)
    families_dropped = models.DecimalField(max_digits=18, decimal_places=4)
    kept_before = models.DecimalField(max_digits=18, decimal_places=4)
    kept_now = models.DecimalField(max_digits=18, decimal_places=4)
    other = models.DecimalField(max_digits=18, decimal_places=4)
    customers_before = models.PositiveIntegerField()
    customers_now = models.PositiveIntegerField()
    customers_both = models.PositiveIntegerField()
    customers_who_dropped = models.PositiveIntegerField()
    families_each_before = models.FloatField(null=True)
    families_each_now = models.FloatField(null=True)
    losses = models.JSONField(default=list)

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "purpose", "partnership_id", "value", "by_area"], name="one_movement"
            )
        ]

    @property
    def change(self) -> Decimal:
        """What it moved by."""
        return self.now - self.before

    @property
    def within(self) -> Decimal:
        """More or less within the families that customers kept."""
        return self.kept_now - self.kept_before


class Finding(Outcome):
    """A signal about an account, from the day on which its rule became true until it no longer is.

    (partnership, account, kind, first seen on) is its key for both sides, so that they can work on it together.
    """

    class State(models.TextChoices):
        OPEN = "open"
        CLEARED = "cleared"

    public_id = PublicIdField(prefix="fnd")
    account_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    first_seen_on = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    run_id = models.BigIntegerField()
    value = models.FloatField()
    baseline = models.FloatField()
    threshold = models.FloatField()
    deviation = models.FloatField()
    confidence = models.FloatField()

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "purpose", "partnership_id", "account_id", "kind", "first_seen_on"],
                name="one_finding_a_key",
            )
        ]
