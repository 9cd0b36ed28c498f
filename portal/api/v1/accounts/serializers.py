"""Accounts and partnerships as partner systems read them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from partners.agreements.models import Category, Granularity, Partnership
from partners.tenancy.context import current_organisation_id
from portal.api.fields import Amount, MoneySerializer, MonthField, Shown
from portal.api.views import PageQuery, Query
from portal.telling.words import JUDGEMENTS

JUDGED = sorted(judgement.replace(" ", "-") for judgement in JUDGEMENTS)


class PartnershipQuery(Query):
    """One partnership of those that the caller has."""

    partnership = serializers.CharField(
        default="", allow_blank=True, help_text="Only of this partnership: `ptn_…`."
    )


class AccountsQuery(PageQuery, PartnershipQuery):
    """Which accounts."""

    standing = serializers.ChoiceField(
        choices=JUDGED, default="", allow_blank=True, help_text="How it stands by its own rhythm of orders."
    )


class AreasQuery(PageQuery, PartnershipQuery):
    """Which postcode areas."""


class PartnershipSerializer(Shown):
    """A distributor and a manufacturer, and what the caller sees of it."""

    id = serializers.CharField(source="partnership.public_id")
    manufacturer = serializers.CharField(source="partnership.manufacturer.name")
    distributor = serializers.CharField(source="partnership.distributor.name")
    state = serializers.ChoiceField(choices=Partnership.State.choices, source="partnership.state")
    is_direct = serializers.BooleanField(
        source="partnership.is_direct", help_text="The manufacturer's own sales."
    )
    is_own = serializers.SerializerMethodField(help_text="Whether the caller's organisation owns the data.")
    shared = serializers.ListField(
        child=serializers.ChoiceField(choices=Category.choices), help_text="The categories that are in sight."
    )
    seen_by = serializers.ListField(
        child=serializers.ChoiceField(choices=[level.name.lower() for level in Granularity]),
        help_text="How finely the latest analysis saw it: by line, by month of an account, by postcode area.",
    )
    losses = serializers.ListField(
        child=serializers.CharField(), help_text="What cannot be known where it is not seen line by line."
    )

    def get_is_own(self, row: dict[str, Any]) -> bool:
        owner_id: int = row["partnership"].distributor_id
        return owner_id == current_organisation_id()


class StepSerializer(Shown):
    """A step of the disengagement ladder that is lit."""

    step = serializers.IntegerField(min_value=1, max_value=6)
    kind = serializers.CharField()
    first_seen_on = serializers.DateField()


class AccountSerializer(Shown):
    """An account as the caller may know it, and how it stands."""

    withheld = frozenset({"name", "city", "net_12_months", "usual_gap_days", "days_late", "last_order_on"})

    id = serializers.CharField(
        source="card.ref", help_text="`acc_…` for the distributor itself, else `cus_…`."
    )
    partnership = serializers.CharField(source="partnership.public_id")
    pseudonym = serializers.CharField(source="card.pseudonym")
    name = serializers.CharField(source="card.name", required=False)
    city = serializers.CharField(source="card.city", required=False)
    account_type = serializers.CharField(source="card.account_type")
    industry = serializers.CharField(source="card.industry")
    country = serializers.CharField(source="card.country")
    postcode_area = serializers.CharField(source="card.postcode_area")
    standing = serializers.SerializerMethodField()
    orders = serializers.IntegerField(
        help_text="Where it is seen by month, an order counts once for each family."
    )
    last_order_month = MonthField(source="last_month")
    last_order_on = serializers.DateField(required=False, help_text="Absent where it is seen by month.")
    usual_gap_days = serializers.FloatField(source="usual_gap", required=False)
    days_late = serializers.IntegerField(required=False)
    units_12_months = Amount(source="units", help_text="Base units of the last twelve whole months.")
    net_12_months = MoneySerializer(source="net", required=False)
    ladder = StepSerializer(source="lit", many=True)

    @extend_schema_field(serializers.ChoiceField(choices=JUDGED))
    def get_standing(self, row: Any) -> str:
        return str(row.judgement).replace(" ", "-")


class AreaFamilySerializer(Shown):
    """Units of one family: of twelve whole months, and of the twelve before."""

    family = serializers.CharField(source="name")
    units_12_months = Amount(source="sold.units")
    units_year_before = Amount(source="sold.before")


class AreaSerializer(Shown):
    """A postcode area in which no account is told apart, and how it stands."""

    withheld = frozenset({"net_12_months"})

    partnership = serializers.CharField(source="partnership.public_id")
    country = serializers.CharField()
    postcode_area = serializers.CharField()
    units_12_months = Amount(source="sold.units", help_text="Base units of the last twelve whole months.")
    units_year_before = Amount(source="sold.before")
    net_12_months = MoneySerializer(source="net", required=False)
    families = AreaFamilySerializer(many=True)
    ladder = StepSerializer(source="lit", many=True)
