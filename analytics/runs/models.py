"""What was computed, per audience: the organisation for which, and with whose sight, it was computed.

A maker's outcomes carry the partnership's epoch of their computing; once sight was taken away, rows of an older
epoch are hidden by their wall until they are computed anew. Volume and money lie apart, as everywhere.
"""

from django.db import models

from partners.tenancy.models import ActingOrganisation, PublicIdField, WalledModel


class Outcome(WalledModel):
    """What every stored outcome carries. `distributor_id` owns the data behind it."""

    audience_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    epoch = models.PositiveBigIntegerField()

    class Meta(WalledModel.Meta):
        abstract = True


class AnalysisRun(Outcome):
    """One partnership analysed for one audience: as of a business date, as known at a moment."""

    public_id = PublicIdField(prefix="run")
    as_of = models.DateField()
    known_at = models.DateTimeField()
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    accounts = models.PositiveIntegerField(default=0)
    signals = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    is_latest = models.BooleanField(default=False)

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "partnership_id"],
                condition=models.Q(is_latest=True),
                name="one_latest_run_an_audience",
            )
        ]


class VolumeFact(Outcome):
    """An account's month in units: the METRICS of Layer 1 that volume alone supports."""

    account_id = models.BigIntegerField()
    month = models.DateField()
    orders = models.PositiveIntegerField()
    lines = models.PositiveIntegerField()
    units = models.DecimalField(max_digits=18, decimal_places=4)
    units_returned = models.DecimalField(max_digits=18, decimal_places=4)
    skus = models.PositiveIntegerField()
    families = models.PositiveIntegerField()

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "partnership_id", "account_id", "month"], name="one_volume_fact"
            )
        ]


class MoneyFact(Outcome):
    """An account's month in one currency. `cost_known_net` is the part of net for which a cost is known."""

    account_id = models.BigIntegerField()
    month = models.DateField()
    currency = models.CharField(max_length=3)
    gross = models.DecimalField(max_digits=18, decimal_places=4)
    net = models.DecimalField(max_digits=18, decimal_places=4)
    returned = models.DecimalField(max_digits=18, decimal_places=4)
    cost = models.DecimalField(max_digits=18, decimal_places=4)
    cost_known_net = models.DecimalField(max_digits=18, decimal_places=4)
    gross_is_net = models.PositiveIntegerField(default=0)

    class Meta(Outcome.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["audience_id", "partnership_id", "account_id", "month", "currency"],
                name="one_money_fact",
            )
        ]


class Finding(Outcome):
    """A signal about an account. (partnership, account, kind, first seen) is one key for both sides."""

    public_id = PublicIdField(prefix="fnd")
    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="findings")
    account_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    first_seen_on = models.DateField()
    last_order_on = models.DateField()
    expected_on = models.DateField()
    value = models.FloatField()
    baseline = models.FloatField()
    threshold = models.FloatField()
    days_late = models.PositiveIntegerField()
    orders = models.PositiveIntegerField()
    orders_missed = models.PositiveIntegerField()
    confidence = models.FloatField()

    class Meta(Outcome.Meta):
        indexes = [models.Index(fields=["run", "kind"], name="findings_of_run")]


class FindingMoney(Outcome):
    """What is at stake behind a finding: category price."""

    class Basis(models.TextChoices):
        GROSS_PROFIT = "gross_profit"
        NET_REVENUE = "net_revenue"

    finding = models.OneToOneField(Finding, on_delete=models.CASCADE, primary_key=True, related_name="money")
    currency = models.CharField(max_length=3)
    at_stake = models.DecimalField(max_digits=18, decimal_places=4)
    basis = models.CharField(max_length=12, choices=Basis.choices)
