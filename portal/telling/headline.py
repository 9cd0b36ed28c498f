"""The finding over everything in sight, with which a home and a report begin."""

from dataclasses import dataclass
from datetime import date

from analytics.runs.reading import Money
from analytics.runs.selectors import Overview, total_at_stake

FAR_DOWN = 2  # steps


@dataclass(frozen=True)
class Headline:
    """The finding: how many are late, what is waiting, and how old the data is.

    `stake` is over the `priced` rows alone; `units` stands in where no row has money. `far_down`: how many accounts
    are two steps or more down the ladder.
    """

    late: int
    accounts: int
    stake: Money | None
    priced: int
    units: float
    far_down: int
    oldest: date | None
    newest: date | None


def headline(overview: Overview) -> Headline:
    """The finding over all partnerships in sight."""
    days = [summary.run.as_of for summary in overview.summaries if summary.run and summary.accounts]
    profits = [row for row in overview.late if row.stake is not None and row.stake.basis == "gross_profit"]
    stake = total_at_stake(overview.late)
    return Headline(
        late=len(overview.late),
        accounts=len(overview.accounts),
        stake=stake,
        priced=len(profits),
        units=sum(row.units_at_stake for row in overview.late),
        far_down=sum(len(row.lit) >= FAR_DOWN for row in overview.accounts),
        oldest=min(days, default=None),
        newest=max(days, default=None),
    )
