"""All that happened at one distributor in the simulated period."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from integrations.simulator.accounts import draw_accounts, draw_assortments
from integrations.simulator.channel import DIRECT, ROSTER, Distributor
from integrations.simulator.course import Period, draw_decline, own_pace, truth
from integrations.simulator.documents import list_documents, number_lines
from integrations.simulator.mess import Defect, draw_slips
from integrations.simulator.payments import draw_habits, draw_payments, truth_of_habits
from integrations.simulator.places import COUNTRIES
from integrations.simulator.supply import Supply, demand_by_day, replenish
from integrations.simulator.trade import (
    draw_deliveries,
    draw_lines,
    draw_orders,
    draw_reasons,
    draw_returns,
    price_lines,
    silence,
)

LINES_PER_ACCOUNT = 57
# What weekends that merge two orders, declines and silence take away, and returns give back.
YIELD = 0.98
# The streams of chance of a distributor: what is drawn from one does not shift the others. The first is its trade's.
RETURNS, PAYMENTS, SUPPLY, MESS = range(1, 5)


@dataclass(frozen=True)
class Business:
    """What one distributor did, and what is true of its accounts.

    `lines` of sell-through in the order of the file, `payments` one a document; `supply` is missing where the maker
    sells directly: it orders from nobody, and what its works hold is no distributor's stock. `slips` are the defects
    of the file by position of the line.
    """

    sender: Distributor
    accounts: pd.DataFrame
    lines: pd.DataFrame
    payments: pd.DataFrame
    supply: Supply | None
    slips: dict[int, Defect]
    truth: pd.DataFrame


def draw_business(sender: Distributor, lines: float, seed: int, period: Period, *, random: bool) -> Business:
    """Simulate a distributor with about so many lines; `random`: there is nothing to find."""
    rng = _stream(seed, sender)
    count = max(1, round(lines / LINES_PER_ACCOUNT))
    accounts = draw_accounts(rng, count, sender.country, sender.prefix, random=random)
    pace = own_pace(accounts, period)
    accounts["gap"] *= _expected_lines(accounts, pace) / (lines / YIELD)
    decline = draw_decline(rng, accounts, period)
    declining = decline.pace(np.arange(count)[:, None], np.arange(period.days)[None, :])
    orders = draw_orders(rng, accounts, pace * declining, period)
    orders, silent_from = silence(rng, accounts, decline, orders, period)
    assortments = draw_assortments(rng, accounts["industry"])
    sold = draw_lines(rng, accounts, assortments, decline, orders, period)
    trade = pd.concat([sold, draw_returns(rng, sold, decline, period)])
    priced = number_lines(price_lines(trade, accounts, period, sender.rate, direct=sender.slug == DIRECT))
    priced = draw_deliveries(rng, priced)
    priced["return_reason"] = draw_reasons(_stream(seed, sender, RETURNS), priced, decline)
    payers = _stream(seed, sender, PAYMENTS)
    habits = draw_habits(payers, accounts, decline)
    told = truth(accounts, decline, pace, silent_from, period)
    told.insert(0, "distributor", sender.slug)
    return Business(
        sender=sender,
        accounts=accounts,
        lines=priced,
        payments=draw_payments(payers, list_documents(priced, sender.prefix), habits, period),
        supply=_supply(sender, accounts, priced, seed, period, advance=not random),
        slips=draw_slips(_stream(seed, sender, MESS), priced, period) if sender.messy else {},
        truth=pd.concat([told, truth_of_habits(habits, period)], axis=1),
    )


def _stream(seed: int, sender: Distributor, *number: int) -> np.random.Generator:
    return np.random.default_rng([seed, ROSTER.index(sender), *number])


def _expected_lines(accounts: pd.DataFrame, pace: npt.NDArray[np.float64]) -> float:
    orders = pace.sum(axis=1) / accounts["gap"].to_numpy()
    lines = 1 + (accounts["breadth"] - 1) * accounts["line_chance"]
    return float((orders * lines.to_numpy()).sum())


def _supply(
    sender: Distributor,
    accounts: pd.DataFrame,
    lines: pd.DataFrame,
    seed: int,
    period: Period,
    *,
    advance: bool,
) -> Supply | None:
    """Let each customer be served from one warehouse, by its town."""
    if sender.slug == DIRECT:
        return None
    towns = [town.name for town in COUNTRIES[sender.country].towns]
    number = pd.Categorical(accounts["account_city"], categories=towns).codes.astype(np.int64)
    demand = demand_by_day(lines, number % sender.warehouses, sender.warehouses, period)
    return replenish(_stream(seed, sender, SUPPLY), demand, period, advance=advance)
