"""Draw the customers of one distributor: who they are, and how they like to order."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from integrations.simulator.catalogue import INDUSTRIES, appetite
from integrations.simulator.places import COUNTRIES, Country

ASSORTMENT = 24
# A kind, and how many in a hundred accounts are of it.
KINDS = {
    "steady": 50,
    "seasonal": 10,
    "project": 8,
    "stock_up": 6,
    "late_payer": 6,
    "random": 6,
    "disengaging": 14,
}
TYPES = ("Subcontractor", "Manufacturer", "Toolroom", "Maintenance")

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def draw_accounts(
    rng: np.random.Generator, count: int, country: str, prefix: str, *, random: bool
) -> pd.DataFrame:
    """Return `count` accounts, one row each.

    For the files: account_id, account_name, account_type, industry, account_city, account_region,
    account_postal_code, account_country, salesperson.

    For the simulation: kind, gap (mean days between orders), regularity (shape of the gamma gaps: 1 is chance
    alone), size (times the middling quantity), breadth (products bought), line_chance (that one more of them
    is on an order), discount, joins_on (day), peak (day of the year of the season's top).

    With `random`, every account is of the kind 'random'.
    """
    place = COUNTRIES[country]
    kind = np.full(count, "random") if random else _kinds(rng, count)
    town = rng.permutation(count) % len(place.towns)
    size = rng.lognormal(0, 0.5, count)
    joins_late = rng.random(count) < 1 / 6
    return pd.DataFrame(
        {
            "account_id": [f"{prefix}{number:05d}" for number in rng.permutation(count) + 10_001],
            "account_name": _names(rng, place, count),
            "account_type": rng.choice(TYPES, count),
            "industry": rng.choice(INDUSTRIES, count),
            "account_city": [place.towns[index].name for index in town],
            "account_region": [place.towns[index].region for index in town],
            "account_postal_code": [_digits(rng, place.towns[index].postcode) for index in town],
            "account_country": country,
            "salesperson": rng.choice(place.people, count),
            "kind": kind,
            "gap": np.clip(rng.lognormal(np.log(28), 0.4, count), 8, 80),
            "regularity": np.where(kind == "random", 1.0, rng.uniform(7, 24, count)),
            "size": size,
            "breadth": rng.integers(8, ASSORTMENT + 1, count),
            "line_chance": rng.uniform(0.06, 0.12, count),
            "discount": np.clip(0.08 + 0.07 * size + rng.normal(0, 0.03, count), 0.0, 0.3),
            "joins_on": np.where(joins_late, rng.integers(0, 300, count), 0),
            "peak": rng.integers(0, 365, count),
        }
    )


def draw_assortments(rng: np.random.Generator, industry: pd.Series) -> Ints:
    """Return for each account the products it buys, its favourites first, shape (accounts, ASSORTMENT)."""
    weights = np.log(appetite())[[INDUSTRIES.index(name) for name in industry]]
    # The largest of log weight + Gumbel noise are a weighted draw without replacement.
    return np.asarray(np.argsort(-(weights + rng.gumbel(size=weights.shape)), axis=1)[:, :ASSORTMENT])


def _kinds(rng: np.random.Generator, count: int) -> npt.NDArray[np.str_]:
    """Deal the kinds in their proportions, so that thirty accounts already hold every one of them."""
    deck = np.repeat(list(KINDS), list(KINDS.values()))
    dealt = deck[(np.arange(count) * len(deck) + len(deck) // 2) // count % len(deck)]
    return np.asarray(rng.permutation(dealt))


def _names(rng: np.random.Generator, place: Country, count: int) -> list[str]:
    """Combine stems, trades and forms without repeating one; once all are used, numbers tell them apart."""
    names = [
        f"{stem} {trade} {form}" for stem in place.stems for trade in place.trades for form in place.forms
    ]
    order = rng.permutation(len(names))
    rounds, positions = np.divmod(np.arange(count), len(names))
    return [
        names[order[position]] + (f" {turn + 1}" if turn else "")
        for turn, position in zip(rounds.tolist(), positions.tolist(), strict=True)
    ]


def _digits(rng: np.random.Generator, pattern: str) -> str:
    return "".join(str(rng.integers(0, 10)) if letter == "#" else letter for letter in pattern)
