"""Give and get: what a distributor's feed was read for, and what came back for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.runs.selectors import Overview
from partners.audit.selectors import DayOfReading
from partners.engagement.selectors import FollowUpRow
from portal.telling.wording import money, short_number, word


@dataclass(frozen=True)
class Exchange:
    """One feed: by which ways it was read this month, and what stands against it."""

    feed: str
    read: list[str]
    came_back: list[str]


def tell_exchange(
    days: Sequence[DayOfReading],
    overview: Overview,
    follow_ups: Sequence[FollowUpRow],
    feed: str = "sell_through",
) -> Exchange:
    """The feed of one partnership. What the product cannot give back yet is not listed."""
    return Exchange(word(feed, "feeds"), _read(days), _came_back(overview, follow_ups))


def _read(days: Sequence[DayOfReading]) -> list[str]:
    told = []
    for via in dict.fromkeys(day.via for day in days):
        of_it = [day for day in days if day.via == via]
        people = len({day.reader for day in of_it if day.reader})
        times = sum(day.times for day in of_it)
        said = ngettext("%(times)s time", "%(times)s times", times) % {"times": times}
        if people:
            said += " " + ngettext("by %(people)s person", "by %(people)s people", people) % {
                "people": people
            }
        told.append(f"{word(via, 'vias')}: {said}")
    return told


def _came_back(overview: Overview, follow_ups: Sequence[FollowUpRow]) -> list[str]:
    summary = overview.summaries[0]
    told = []
    if summary.late:
        late = ngettext(
            "%(number)s account that should have ordered",
            "%(number)s accounts that should have ordered",
            summary.late,
        ) % {"number": short_number(summary.late)}
        stake = money(summary.at_stake)
        told.append(_("%(late)s, %(stake)s at stake") % {"late": late, "stake": stake} if stake else late)
    falling = sum(bool(row.lit) for row in overview.accounts)
    if falling:
        told.append(
            ngettext(
                "%(number)s account going down the ladder",
                "%(number)s accounts going down the ladder",
                falling,
            )
            % {"number": short_number(falling)}
        )
    theirs = sum(not row.is_own for row in follow_ups)
    if theirs:
        told.append(
            ngettext(
                "%(number)s follow-up that they work on", "%(number)s follow-ups that they work on", theirs
            )
            % {"number": short_number(theirs)}
        )
    return told
