"""The finding over everything in sight, with which a home and a report begin: its figures, and in sentences."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.runs.reading import Money
from analytics.runs.selectors import Overview, total_at_stake
from portal.telling.levels import losses
from portal.telling.sentences import Sentence
from portal.telling.wording import money, short_number, spelled

FAR_DOWN = 2  # steps


@dataclass(frozen=True)
class Headline:
    """The finding: how many are late, what is waiting, and how old the data is.

    `judged`: of how many accounts the days are in sight. `down` and `areas_down`: how many accounts, and how many
    postcode areas that stand in for accounts, are on the ladder. `levels`: the granularities of all of it. `stake` is
    over the `priced` rows alone; `units` stands in where no row has money. `far_down`: how many accounts are two steps
    or more down the ladder.
    """

    late: int
    accounts: int
    judged: int
    down: int
    areas: int
    areas_down: int
    levels: list[int]
    stake: Money | None
    priced: int
    units: float
    far_down: int
    oldest: date | None
    newest: date | None

    @property
    def title(self) -> str:
        """The finding itself: 'Seven accounts should have ordered by now'."""
        if not self.newest:
            return _("Nothing to judge yet")
        if not self.judged:
            return self._slipping()
        if not self.late:
            return _("Every account is within its own rhythm")
        pattern = ngettext(
            "%(spelled)s account should have ordered by now",
            "%(spelled)s accounts should have ordered by now",
            self.late,
        )
        return pattern % {"spelled": spelled(self.late)}

    @property
    def sentences(self) -> list[Sentence]:
        """What is at stake, or why nothing is."""
        if not self.newest:
            return [
                Sentence(
                    _("As soon as sell-through is in, this says which accounts should have ordered by now.")
                )
            ]
        told = [Sentence(str(loss)) for loss in losses(self.levels)]
        if not self.judged:
            return told
        if not self.late:
            pattern = ngettext(
                "%(accounts)s account was judged by its own orders; none of them is late.",
                "%(accounts)s accounts were judged by their own orders; none of them is late.",
                self.judged,
            )
            return [Sentence(pattern % {"accounts": short_number(self.judged)}), *told]
        return [self._waiting(), *self._down(), *told]

    def _slipping(self) -> str:
        """What the ladder says where nobody's days are in sight."""
        if self.accounts:
            pattern = ngettext(
                "%(spelled)s account is down the ladder",
                "%(spelled)s accounts are down the ladder",
                self.down,
            )
            return (
                pattern % {"spelled": spelled(self.down)} if self.down else _("No account is down the ladder")
            )
        pattern = ngettext(
            "%(spelled)s postcode area is down the ladder",
            "%(spelled)s postcode areas are down the ladder",
            self.areas_down,
        )
        if self.areas_down:
            return pattern % {"spelled": spelled(self.areas_down)}
        return _("No postcode area is down the ladder")

    def _waiting(self) -> Sentence:
        if self.stake is None:
            units = short_number(self.units)
            text = _("About %(units)s units are waiting, by what they usually order.") % {"units": units}
            return Sentence(text, units)
        stake = money(self.stake)
        if self.priced == self.late:
            return Sentence(_("%(stake)s of gross profit is waiting.") % {"stake": stake}, stake)
        pattern = ngettext(
            "%(stake)s of gross profit is waiting with %(priced)s of them.",
            "%(stake)s of gross profit is waiting with %(priced)s of them.",
            self.priced,
        )
        return Sentence(pattern % {"stake": stake, "priced": short_number(self.priced)}, stake)

    def _down(self) -> list[Sentence]:
        if not self.far_down:
            return []
        pattern = ngettext(
            "%(spelled)s account is two steps or more down the ladder.",
            "%(spelled)s accounts are two steps or more down the ladder.",
            self.far_down,
        )
        return [Sentence(pattern % {"spelled": spelled(self.far_down)})]


def headline(overview: Overview) -> Headline:
    """The finding over all partnerships in sight."""
    days = [summary.run.as_of for summary in overview.summaries if summary.run and summary.is_in_sight]
    profits = [row for row in overview.late if row.stake is not None and row.stake.basis == "gross_profit"]
    stake = total_at_stake(overview.late)
    return Headline(
        late=len(overview.late),
        accounts=len(overview.accounts),
        judged=sum(row.is_judged for row in overview.accounts),
        down=sum(bool(row.lit) for row in overview.accounts),
        areas=len(overview.areas),
        areas_down=sum(bool(row.lit) for row in overview.areas),
        levels=sorted({level for summary in overview.summaries for level in summary.levels}),
        stake=stake,
        priced=len(profits),
        units=sum(row.units_at_stake for row in overview.late),
        far_down=sum(len(row.lit) >= FAR_DOWN for row in overview.accounts),
        oldest=min(days, default=None),
        newest=max(days, default=None),
    )
