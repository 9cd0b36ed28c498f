import pytest

from analytics.core import registry
from analytics.core.registry import METRICS, SIGNALS


def test_what_shows_money_needs_price() -> None:
    money = {key for key, metric in METRICS.items() if "price" in metric.needs}
    assert money == {"gross_revenue", "net_revenue", "discount_rate", "return_rate", "gross_margin"}
    assert all("price" in metric.needs for metric in METRICS.values() if metric.unit == "money")


def test_price_never_goes_without_volume() -> None:
    assert all("volume" in entry.needs for entry in (*METRICS.values(), *SIGNALS.values()))


def test_keys_are_unique() -> None:
    assert len(METRICS) == len(registry._METRICS)
    assert len(SIGNALS) == len(registry._SIGNALS)


def test_every_metric_is_defined_for_somebody() -> None:
    for metric in METRICS.values():
        assert metric.readers, metric.key
        assert metric.definition.endswith("."), metric.key
        assert metric.better in {"up", "down"}, metric.key


def test_nobody_can_change_the_registry() -> None:
    with pytest.raises(TypeError):
        METRICS["orders"] = METRICS["units"]  # type: ignore[index]
