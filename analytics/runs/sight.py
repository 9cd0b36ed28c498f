"""What an audience sees of a partnership, each cell at its finest level: nothing twice, and nothing guessed.

A cell is a family's month. Where lines are granted it is seen line by line, else by account and month, else by postcode
area and month. What counts days is computed from `lines` alone; everything else from `trade`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from analytics.core.months import MONTH_COLUMNS, MONTH_MONEY_COLUMNS, as_lines, by_family, by_month
from partners.agreements.models import Granularity, Partnership
from partners.ledger.selectors import frame_areas, frame_lines, frame_months, last_business_date
from partners.tenancy.context import current_organisation_id

AREA = ["country", "postcode_area"]
_CELL = ["family", "month"]


@dataclass(frozen=True)
class Sight:
    """The frames of one audience; see `analytics.core.facts` and `analytics.core.months`.

    `trade` holds the lines of `lines` whose cell is not in `months`, and those that stand for `months`. In `area_trade`
    the account is the number of a row of `places` (country, postcode area).
    """

    lines: pd.DataFrame
    single: pd.DataFrame
    months: pd.DataFrame
    money: pd.DataFrame
    trade: pd.DataFrame
    areas: pd.DataFrame
    areas_money: pd.DataFrame
    places: pd.DataFrame
    area_trade: pd.DataFrame

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return len(self.lines) + len(self.months) + len(self.areas)

    @property
    def levels(self) -> list[int]:
        """The granularities at which something is seen, coarsest first."""
        seen = {
            Granularity.AREA: self.areas, Granularity.MONTH: self.months, Granularity.LINE: self.lines,
        }  # fmt: skip
        return [level.value for level, frame in seen.items() if len(frame)]


def look(partnership: Partnership, known_at: datetime, account_id: int | None = None) -> Sight:
    """Everything of a partnership that the acting organisation sees, or all of one account."""
    lines = frame_lines(partnership.pk, known_at=known_at, account_id=account_id)
    if partnership.distributor_id == current_organisation_id():
        months, money, areas, areas_money = _nothing()
    else:
        months, money = frame_months(partnership.pk, account_id)
        areas, areas_money = frame_areas(partnership.pk) if account_id is None else _nothing()[2:]
    single = lines[~_key(lines, _CELL).isin(_key(months, _CELL))] if len(months) else lines
    places = areas[AREA].drop_duplicates().sort_values(AREA, ignore_index=True)
    return Sight(
        lines=lines,
        single=single,
        months=months,
        money=money,
        trade=_trade(single, months, money),
        areas=areas,
        areas_money=areas_money,
        places=places,
        area_trade=_area_trade(areas, areas_money, places),
    )


def covered_until(sight: Sight, partnership: Partnership, known_at: datetime) -> date | None:
    """The last day that the feed covers as far as is in sight; None where nothing is.

    By month no day is known: it is the end of the last month that was over when this was known.
    """
    last = last_business_date(partnership.pk)
    months = pd.concat([sight.months["month"], sight.areas["month"]])
    if months.empty:
        return last
    newest = months.max().date()
    end = (newest + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if end >= known_at.date():
        end = newest - timedelta(days=1)
    return last if last is not None and last >= end.replace(day=1) else end


def _trade(single: pd.DataFrame, months: pd.DataFrame, money: pd.DataFrame) -> pd.DataFrame:
    if months.empty:
        return single
    by_line = single["account"].isin(months["account"])
    return pd.concat(
        [single[~by_line], by_family(_numbered(single[by_line], as_lines(months, money)))], ignore_index=True
    )


def _numbered(single: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([single, others[list(single.columns)]], ignore_index=True)


def _area_trade(areas: pd.DataFrame, money: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    numbers = places.assign(account=places.index.to_numpy(dtype="int64"))
    months = areas.merge(numbers, on=AREA).assign(documents=1)
    lines = as_lines(months[list(MONTH_COLUMNS)], money.merge(numbers, on=AREA)[list(MONTH_MONEY_COLUMNS)])
    return by_month(lines)


def _nothing() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    months = _empty((*MONTH_COLUMNS,))
    money = _empty((*MONTH_MONEY_COLUMNS, "list_value", "net_of_listed", "freight", "lines", "unlisted"))
    areas = _empty((*AREA, "family", "month", "units", "returned_units"))
    return months, money, areas, _empty((*AREA, "family", "month", *money.columns[3:]))


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    texts = ("country", "postcode_area", "currency")
    types = {name: "object" if name in texts else "int64" for name in columns}
    types |= {"month": "datetime64[s]", "is_whole": "bool"}
    return pd.DataFrame(columns=list(columns)).astype({name: types[name] for name in columns})


def _key(frame: pd.DataFrame, columns: list[str]) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[columns])
