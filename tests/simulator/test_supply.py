"""Stock and orders to the maker: they follow from the sell-through, piece by piece."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from integrations.simulator import supply
from integrations.simulator.catalogue import packs, products
from integrations.simulator.channel import ROSTER
from integrations.simulator.course import Period
from integrations.simulator.supply import replenish

from .conftest import UNTIL, Channel

PERIOD = Period(UNTIL)
PLACE = ["distributor", "sku"]
FAMILY = products().set_index("sku")["family"]


def counted(channel: Channel) -> pd.DataFrame:
    """Return each distributor's stock of each product on each day of counting, over its warehouses."""
    return channel.feed("stock").groupby([*PLACE, "as_of"], as_index=False)[["on_hand", "on_order"]].sum()


def moved(frame: pd.DataFrame, day: str, quantity: str, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return what had moved up to each of these days, a row a product and a column a day."""
    frame = frame[frame[day].notna()]
    by_day = frame.pivot_table(index=PLACE, columns=day, values=quantity, aggfunc="sum", fill_value=0)
    every = pd.date_range(PERIOD.start, UNTIL)
    return by_day.reindex(columns=every, fill_value=0).cumsum(axis=1)[days]


def test_one_sale_by_hand() -> None:
    """Seven pieces on day 100, in boxes of five, and three of them back on day 150; nothing else in two years."""
    demand = np.zeros((PERIOD.days, 1, len(packs())), dtype=np.int64)
    product = 3
    assert packs()[product] == 5
    demand[100, 0, product], demand[150, 0, product] = 7, -3
    kept = replenish(np.random.default_rng(1), demand, PERIOD, advance=True)
    (order,) = kept.orders.to_dict("records")
    assert (order["product"], order["quantity"], order["quantity_shipped"]) == (product, 10, 10)
    assert order["promised"] == order["shipped"] == 100
    assert 84 <= order["ordered"] <= 94
    assert set(kept.stock["product"]) == {product}
    on_hand = {PERIOD.start + timedelta(days=row.day): row.on_hand for row in kept.stock.itertuples()}
    assert len(on_hand) == 24
    # One box on the shelf from the beginning, two for the customer: 5, 5 + 10 - 7, then + 3.
    changes = [on_hand[day] for day in sorted(on_hand)]
    assert changes == [5] * 3 + [8] + [11] * 20


def test_what_the_maker_cancels_is_ordered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten pieces of one product every working day: 50 a week, so an order below 225 fills up to 375."""
    monkeypatch.setattr(supply, "LATE", 0.0)
    demand = np.zeros((PERIOD.days, 1, len(packs())), dtype=np.int64)
    days = np.arange(PERIOD.days)
    demand[(days + PERIOD.start.weekday()) % 7 < 5, 0, 20] = 10
    orders = {}
    for short in (0.0, 1.0):
        monkeypatch.setattr(supply, "SHORT", short)
        orders[short] = replenish(np.random.default_rng(1), demand, PERIOD, advance=False).orders
    whole, cut = (one[one["ordered"] > 365] for one in orders.values())
    assert whole["quantity"].between(150, 200).all()
    assert (whole["promised"] - whole["ordered"] == 14).all()
    assert whole["quantity"].sum() == pytest.approx(2600, abs=200)
    # Of each order 30 to 90 % come, so that about as much more is ordered.
    assert (cut["quantity_shipped"] < cut["quantity"]).mean() > 0.5
    assert cut["quantity_shipped"].sum() == pytest.approx(2600, abs=300)


def test_what_is_ordered_and_not_yet_shipped_is_on_order(channel: Channel) -> None:
    stock, orders = counted(channel), channel.feed("orders")
    for day in stock["as_of"].unique()[[3, 11, -1]]:
        open_then = orders[(orders["ordered_on"] <= day) & ~(orders["ship_date"] <= day)]
        expected = open_then.groupby(PLACE)["quantity"].sum()
        told = stock[stock["as_of"] == day].set_index(PLACE)["on_order"]
        assert (told == expected.reindex(told.index, fill_value=0)).all()
        assert told.sum() == open_then["quantity"].sum() > 0


def test_stock_rolls_forward_for_every_product(channel: Channel) -> None:
    on_hand = counted(channel).pivot(index=PLACE, columns="as_of", values="on_hand")
    days = pd.DatetimeIndex(on_hand.columns)
    assert len(days) == 24
    assert days[-1] == pd.Timestamp(UNTIL)
    received = moved(channel.feed("orders"), "ship_date", "quantity_shipped", days)
    sold = moved(channel.lines, "day", "quantity", days).drop("direct")
    assert len(on_hand) > 400
    assert on_hand.index.equals(sold.index)
    received = received.reindex(sold.index, fill_value=0)
    assert (on_hand.diff(axis=1).iloc[:, 1:] == (received - sold).diff(axis=1).iloc[:, 1:]).all(axis=None)
    assert (channel.feed("stock")["on_hand"] >= 0).all()


def test_no_stock_and_no_orders_of_direct_sales(channel: Channel) -> None:
    others = {sent.distributor for sent in channel.summary.sent} - {"direct"}
    assert set(channel.feed("stock")["distributor"]) == set(channel.feed("orders")["distributor"]) == others
    assert set(channel.feed("payments")["distributor"]) == others | {"direct"}
    warehouses = channel.feed("stock").groupby("distributor")["location"].nunique()
    assert warehouses.to_dict() == {
        sender.slug: sender.warehouses for sender in ROSTER[:6] if sender.slug != "direct"
    }


def test_orders_are_whole_boxes_at_the_price_of_the_year(channel: Channel) -> None:
    orders = channel.feed("orders")
    pack = dict(zip(products()["sku"], packs().tolist(), strict=True))
    assert (orders["quantity"] % orders["sku"].map(pack) == 0).all()
    assert (orders["quantity_shipped"] % orders["sku"].map(pack) == 0).all()
    costs = channel.lines.assign(year=channel.lines["day"].dt.year)
    cost = costs.groupby([*PLACE, "year"])["unit_cost"].first().rename("cost")
    priced = orders.assign(year=orders["ordered_on"].dt.year).merge(cost.reset_index(), how="inner")
    assert len(priced) > 0.8 * len(orders)
    assert (priced["unit_price"] == priced["cost"]).all()


def test_purchase_orders_hold_together(channel: Channel) -> None:
    orders = channel.feed("orders")
    order = orders.groupby(["distributor", "po_number"])
    assert (orders["line_number"] == order.cumcount() + 1).all()
    assert (order["ordered_on"].nunique() == 1).all()
    assert (orders["ordered_on"].dt.dayofweek < 5).all()
    assert (orders["promised_date"] > orders["ordered_on"]).all()
    assert (orders["quantity_shipped"] <= orders["quantity"]).all()
    shipped = orders["ship_date"].notna()
    assert (orders["quantity_shipped"][shipped] > 0).all()
    assert (orders["quantity_shipped"][~shipped] == 0).all()
    assert (orders["ordered_on"][~shipped] > "2025-05-01").all()


def test_the_maker_delivers_well_but_not_always(channel: Channel) -> None:
    shipped = channel.feed("orders").dropna(subset="ship_date")
    in_time = shipped["ship_date"] <= shipped["promised_date"]
    filled = (shipped["quantity_shipped"] * in_time).groupby(shipped["distributor"]).sum()
    fill_rate = filled / shipped.groupby("distributor")["quantity"].sum()
    assert fill_rate.between(0.8, 0.99).all()
    is_short = shipped["quantity_shipped"] < shipped["quantity"]
    assert is_short.groupby(shipped["distributor"]).mean().between(0.01, 0.08).all()
    whole = in_time & ~is_short
    assert whole.groupby(shipped["distributor"]).mean().between(0.8, 0.99).all()


def monthly(frame: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return units by distributor, family and month; the months are the columns."""
    month = frame[day].dt.to_period("M").rename("month")
    by_month = frame.groupby(["distributor", frame["sku"].map(FAMILY).rename("family"), month])[
        "quantity"
    ].sum()
    return by_month.unstack("month", fill_value=0)


def test_sell_in_swings_more_than_sell_through(channel: Channel) -> None:
    bought = monthly(channel.feed("orders"), "ordered_on")
    sold = monthly(channel.lines, "day").reindex(bought.index)
    bullwhip = bought.var(axis=1) / sold.var(axis=1)
    assert bullwhip.median() > 1.2
    assert bought.sum().var() > 1.5 * sold.sum().var()
    # Over the two years they come to about the same.
    assert 0.9 < bought.to_numpy().sum() / sold.to_numpy().sum() < 1.15


def test_shelves_are_neither_bare_nor_overfull(channel: Channel) -> None:
    stock = channel.feed("stock").groupby(["distributor", "as_of"])["on_hand"].sum()
    for (distributor, day), on_hand in stock.items():
        quarter = channel.lines["day"].between(day - pd.Timedelta(days=90), day)
        sold = channel.lines[quarter & (channel.lines["distributor"] == distributor)]["quantity"].sum()
        if day >= pd.Timestamp(PERIOD.start) + pd.Timedelta(days=90):
            assert 3 < on_hand / (sold / 13) < 18


def december_share(channel: Channel) -> float:
    orders = channel.feed("orders")
    december = orders["quantity"][orders["ordered_on"].dt.month == 12].sum()
    return float(december / orders["quantity"].sum() * 12)


def test_distributors_buy_ahead_of_the_new_price_list(channel: Channel, null_world: Channel) -> None:
    assert december_share(channel) > 1.3
    assert december_share(null_world) < 1.15
