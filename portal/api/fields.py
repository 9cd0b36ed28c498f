"""How values are written: moments in UTC, amounts as decimal strings, what is withheld not at all."""

import re
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.api.problems import BadParameter

MONTH = "[12][0-9]{3}-(0[1-9]|1[0-2])"


class Moment(serializers.DateTimeField):
    """A moment as RFC 3339 in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Amount(serializers.DecimalField):
    """A quantity or amount as a decimal string, never a float."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=30, decimal_places=4, **kwargs)


@extend_schema_field({"type": "string", "pattern": f"^{MONTH}$"})
class MonthField(serializers.Field[date, str, str, Any]):
    """A month: '2026-03'."""

    def to_internal_value(self, data: str) -> date:
        if not re.fullmatch(MONTH, data):
            raise serializers.ValidationError("A month is written as 2026-03.")
        return date.fromisoformat(f"{data}-01")

    def to_representation(self, value: date) -> str:
        return f"{value:%Y-%m}"


class Shown(serializers.Serializer[Any]):
    """What a client is shown. The keys in `withheld` are absent where their value is not shared or not known."""

    withheld: ClassVar[frozenset[str]] = frozenset()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return {
            name: value for name, value in shown.items() if value is not None or name not in self.withheld
        }


class MoneySerializer(Shown):
    """An exact amount in one currency."""

    amount = Amount()
    currency = serializers.CharField()


class AccountRefSerializer(Shown):
    """An account as the caller may know it: `name` only where the distributor shares it."""

    withheld = frozenset({"name"})

    id = serializers.CharField(
        source="ref", help_text="`acc_…` for the distributor itself, `cus_…` for a maker."
    )
    pseudonym = serializers.CharField()
    name = serializers.CharField(required=False)


def parse_months(parameters: dict[str, Any]) -> tuple[date | None, date | None]:
    """The months of a question: the first included, the last not."""
    first, last = parameters["from_month"], parameters["to_month"]
    if first and last and last <= first:
        raise BadParameter(
            "to_month", "The month 'to_month' must lie after 'from_month': it is not included itself."
        )
    return first, last
