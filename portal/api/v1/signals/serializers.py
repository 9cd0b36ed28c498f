"""Signals and late orders as partner systems read them."""

from django.conf import settings
from rest_framework import serializers

from analytics.core.registry import SIGNALS
from analytics.runs.models import Finding
from analytics.runs.paging import Signal
from portal.api.fields import AccountRefSerializer, MoneySerializer, Shown
from portal.api.v1.accounts.serializers import PartnershipQuery, StepSerializer
from portal.api.views import PageQuery

KINDS = sorted(SIGNALS)


class AccountQuery(PageQuery, PartnershipQuery):
    """Of which accounts."""

    account = serializers.CharField(
        default="", allow_blank=True, help_text="Only of this account: `acc_…` or `cus_…`."
    )


class SignalsQuery(AccountQuery):
    """Which signals."""

    kind = serializers.ChoiceField(choices=KINDS, default="", allow_blank=True)
    state = serializers.ChoiceField(
        choices=Finding.State.choices, default="", allow_blank=True, help_text="Whether it still holds."
    )


class LateQuery(PageQuery, PartnershipQuery):
    """Which late orders."""


class SignalSerializer(Shown):
    """A signal about an account: since when, how far from its own normal, how sure, and where the evidence is."""

    withheld = frozenset({"as_of", "run"})

    id = serializers.CharField(source="finding.public_id")
    kind = serializers.ChoiceField(choices=KINDS, source="finding.kind")
    title = serializers.SerializerMethodField()
    partnership = serializers.CharField(source="partnership.public_id")
    account = AccountRefSerializer(source="card")
    state = serializers.ChoiceField(choices=Finding.State.choices, source="finding.state")
    first_seen_on = serializers.DateField(source="finding.first_seen_on")
    value = serializers.FloatField(source="finding.value")
    baseline = serializers.FloatField(source="finding.baseline")
    threshold = serializers.FloatField(source="finding.threshold")
    deviation = serializers.FloatField(source="finding.deviation")
    confidence = serializers.FloatField(source="finding.confidence", min_value=0, max_value=1)
    run = serializers.CharField(source="run.public_id", required=False)
    as_of = serializers.DateField(source="run.as_of", required=False)
    evidence = serializers.SerializerMethodField(help_text="The page that shows how it was found.")

    def get_title(self, signal: Signal) -> str:
        return SIGNALS[signal.finding.kind].label

    def get_evidence(self, signal: Signal) -> str:
        return f"{settings.PUBLIC_URL}/findings/{signal.finding.public_id}/"


class LateOrderSerializer(Shown):
    """An account that should have ordered by now."""

    withheld = frozenset({"name", "at_stake", "at_stake_is"})

    signal = serializers.CharField(source="finding_id")
    partnership = serializers.CharField(source="partnership.public_id")
    account = serializers.CharField(source="card.ref")
    pseudonym = serializers.CharField(source="card.pseudonym")
    name = serializers.CharField(source="card.name", required=False)
    first_seen_on = serializers.DateField()
    usual_gap_days = serializers.FloatField(source="usual_gap")
    days_late = serializers.IntegerField()
    last_order_on = serializers.DateField()
    expected_on = serializers.DateField()
    orders = serializers.IntegerField()
    orders_missed = serializers.IntegerField()
    units_at_stake = serializers.FloatField()
    at_stake = MoneySerializer(source="stake.money", required=False)
    at_stake_is = serializers.ChoiceField(
        choices=["gross_profit", "net_revenue"], source="stake.basis", required=False
    )
    confidence = serializers.FloatField(min_value=0, max_value=1)
    ladder = StepSerializer(source="lit", many=True)
