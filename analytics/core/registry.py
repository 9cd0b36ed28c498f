"""The one list of metrics and signal kinds: what each number means, what it needs, who reads it.

Screens, API, reports, the dictionary page and masking are driven by it. Labels are plain English; the portal
translates them. Categories are those of the sharing agreement, named by plain strings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal


def gettext_noop(text: str) -> str:
    """Mark a text for extraction by gettext; the portal translates it when it is shown."""
    return text


Category = Literal["volume", "price", "identity", "contacts", "inventory", "payments", "service"]
Reader = Literal["sales", "finance", "operations"]

VOLUME: frozenset[Category] = frozenset({"volume"})
# The price category means nothing without the units it prices.
PRICE: frozenset[Category] = frozenset({"volume", "price"})

SALES: frozenset[Reader] = frozenset({"sales"})
SALES_OPERATIONS: frozenset[Reader] = frozenset({"sales", "operations"})
SALES_FINANCE: frozenset[Reader] = frozenset({"sales", "finance"})
FINANCE_OPERATIONS: frozenset[Reader] = frozenset({"finance", "operations"})
FINANCE: frozenset[Reader] = frozenset({"finance"})


@dataclass(frozen=True)
class Metric:
    """One number that the product shows, and everything needed to show it honestly."""

    key: str
    label: str
    definition: str
    formula: str
    unit: Literal["orders", "units", "days", "products", "families", "money", "share"]
    grain: str
    better: Literal["up", "down"] | None
    needs: frozenset[Category]
    readers: frozenset[Reader]


@dataclass(frozen=True)
class SignalKind:
    """One kind of finding. `step` is its place on the disengagement ladder, or None beside it."""

    key: str
    label: str
    definition: str
    needs: frozenset[Category]
    step: int | None


_METRICS = (
    Metric(
        "orders",
        gettext_noop("Orders"),
        gettext_noop(
            "Distinct documents with at least one positive sale line. Transfers and samples are not orders."
        ),
        "count(distinct document where kind = sale and quantity > 0)",
        "orders",
        gettext_noop("account x month"),
        "up",
        VOLUME,
        SALES,
    ),
    Metric(
        "units",
        gettext_noop("Units"),
        gettext_noop("Base units on sale and correction lines, before returns."),
        "sum(quantity where kind in (sale, correction))",
        "units",
        gettext_noop("account x month"),
        "up",
        VOLUME,
        SALES_OPERATIONS,
    ),
    Metric(
        "order_quantity",
        gettext_noop("Order quantity"),
        gettext_noop("Mean base units of an order."),
        "units / orders",
        "units",
        gettext_noop("account x month"),
        "up",
        VOLUME,
        SALES_OPERATIONS,
    ),
    Metric(
        "order_interval",
        gettext_noop("Order interval"),
        gettext_noop(
            "Median days between consecutive order dates in the 365 days up to the last order; "
            "with fewer than three intervals there, of all intervals."
        ),
        "median(order date - previous order date)",
        "days",
        gettext_noop("account at a date"),
        "down",
        VOLUME,
        SALES_OPERATIONS,
    ),
    Metric(
        "days_since_order",
        gettext_noop("Days since last order"),
        gettext_noop("Days from the last order to the date of the analysis."),
        "as-of date - last order date",
        "days",
        gettext_noop("account at a date"),
        "down",
        VOLUME,
        SALES,
    ),
    Metric(
        "sku_breadth",
        gettext_noop("Products bought"),
        gettext_noop("Distinct products bought in the trailing 90 days."),
        "count(distinct product), trailing 90 days",
        "products",
        gettext_noop("account at a date"),
        "up",
        VOLUME,
        SALES_OPERATIONS,
    ),
    Metric(
        "family_breadth",
        gettext_noop("Families bought"),
        gettext_noop("Distinct product families bought in the trailing 90 days."),
        "count(distinct family), trailing 90 days",
        "families",
        gettext_noop("account at a date"),
        "up",
        VOLUME,
        SALES_OPERATIONS,
    ),
    Metric(
        "gross_revenue",
        gettext_noop("Gross revenue"),
        gettext_noop(
            "List price times units over sale and correction lines. Where no list price is known the net amount "
            "stands in, and the number of such lines is shown."
        ),
        "sum(list price x quantity)",
        "money",
        gettext_noop("account x month x currency"),
        "up",
        PRICE,
        SALES_FINANCE,
    ),
    Metric(
        "net_revenue",
        gettext_noop("Net revenue"),
        gettext_noop("Gross revenue minus discounts minus returns."),
        "sum(net amount)",
        "money",
        gettext_noop("account x month x currency"),
        "up",
        PRICE,
        SALES_FINANCE,
    ),
    Metric(
        "discount_rate",
        gettext_noop("Discount rate"),
        gettext_noop(
            "The share of list value that was given away, over the lines that carry both a list price "
            "and a net amount."
        ),
        "1 - net amount / (list price x quantity)",
        "share",
        gettext_noop("account x month x currency"),
        "down",
        PRICE,
        SALES_FINANCE,
    ),
    Metric(
        "return_rate",
        gettext_noop("Return rate"),
        gettext_noop("Value returned for each unit of gross revenue, by the date of the return."),
        "returned value / gross revenue",
        "share",
        gettext_noop("account x month x currency"),
        "down",
        PRICE,
        FINANCE_OPERATIONS,
    ),
    Metric(
        "gross_margin",
        gettext_noop("Gross margin"),
        gettext_noop(
            "Net revenue minus the cost of the goods, over the lines whose unit cost is known. "
            "A return gives its cost back."
        ),
        "sum(net amount - unit cost x quantity)",
        "money",
        gettext_noop("account x month x currency"),
        "up",
        PRICE,
        FINANCE,
    ),
)

_SIGNALS = (
    SignalKind(
        "should_have_ordered",
        gettext_noop("Should have ordered"),
        gettext_noop(
            "The present gap is longer than nine in ten of the buyer's own gaps and than its previous gap. "
            "Judged from five orders that span three months."
        ),
        VOLUME,
        None,
    ),
    SignalKind(
        "lapsed",
        gettext_noop("Lapsed"),
        gettext_noop(
            "The present gap is longer than 99 in 100 of the buyer's own gaps, or than a year, "
            "and than three times its usual gap."
        ),
        VOLUME,
        None,
    ),
    SignalKind(
        "quantity_shrinks",
        gettext_noop("Orders shrink"),
        gettext_noop(
            "Units for each order of the last three whole months lie 1.25 spreads or more below usual in two of "
            "the last three months, or a cumulative sum (CUSUM) over these three says so, and are below usual "
            "now. Usual is the median of the account's own twelve quarters that end three months before, each "
            "divided by the season of its segment; with less than twelve months of history it is the segment's. "
            "The spread is the account's own, and no less than the median one of its segment."
        ),
        VOLUME,
        1,
    ),
    SignalKind(
        "interval_lengthens",
        gettext_noop("Intervals lengthen"),
        gettext_noop(
            "The larger of two intervals, the median one between order days that ended in the last three whole "
            "months and the one still open, lies 2 spreads or more above usual in two of the last three "
            "months, or a cumulative sum (CUSUM) over these three says so, and is above usual now. Intervals are "
            "compared by their ratio. Usual is the median of the account's own twelve quarters that end three "
            "months before, each divided by the season of its segment; with less than twelve months of history "
            "it is the segment's. The spread is the account's own, and no less than the median one of its "
            "segment. A year without an order leaves nothing to compare."
        ),
        VOLUME,
        2,
    ),
    SignalKind(
        "breadth_narrows",
        gettext_noop("Fewer families"),
        gettext_noop(
            "Distinct product families ordered in the last three whole months lie 1.5 spreads or more below "
            "usual in two of the last three months, or a cumulative sum (CUSUM) over these three says so, and "
            "are below usual now. Usual is the median of the account's own twelve quarters that end three months "
            "before, each divided by the season of its segment; with less than twelve months of history it is "
            "the segment's. The spread is the account's own, and no less than the median one of its segment."
        ),
        VOLUME,
        3,
    ),
    SignalKind(
        "revenue_drops",
        gettext_noop("Revenue drops"),
        gettext_noop(
            "Net revenue a month of the last three whole months lies 1.25 spreads or more below usual in two of "
            "the last three months, or a cumulative sum (CUSUM) over these three says so, and is below usual "
            "now. Usual is the median of the account's own twelve quarters that end three months before, each "
            "divided by the season of its segment; with less than twelve months of history it is the segment's. "
            "The spread is the account's own, and no less than the median one of its segment."
        ),
        PRICE,
        6,
    ),
)

METRICS: Mapping[str, Metric] = MappingProxyType({metric.key: metric for metric in _METRICS})
SIGNALS: Mapping[str, SignalKind] = MappingProxyType({kind.key: kind for kind in _SIGNALS})
