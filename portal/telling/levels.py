"""What each level of an agreement loses: said once, wherever something is told that rests on it."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from analytics.core.findings import NEEDS_LINES
from analytics.runs.pictures import AccountPicture
from partners.agreements.models import Granularity

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

WHOLLY: Mapping[int, "StrPromise"] = {
    Granularity.MONTH.value: _(
        "By month: days late and the usual gap cannot be known, and an order counts once for each family; ask for"
        " single lines."
    ),
    Granularity.AREA.value: _(
        "By postcode area: no customer is told apart, and no order; ask for months of customers."
    ),
}
IN_PART: Mapping[int, "StrPromise"] = {
    Granularity.MONTH.value: _(
        "In part by month: there days late and the usual gap cannot be known, and an order counts once for each"
        " family; ask for single lines."
    ),
    Granularity.AREA.value: _(
        "In part by postcode area: there no customer is told apart, and no order; ask for months of customers."
    ),
}


def is_by_month(picture: AccountPicture) -> bool:
    """Whether no line tells of an account's days."""
    return picture.standing is not None and picture.standing.judgement == NEEDS_LINES


def levels_of(picture: AccountPicture) -> list[int]:
    """The granularities at which an account is seen: never by area, for then there is none."""
    if is_by_month(picture):
        return [Granularity.MONTH.value]
    return [level for level in picture.run.levels if level != Granularity.AREA] if picture.run else []


def losses(levels: Collection[int]) -> list["StrPromise"]:
    """What cannot be known where trade is seen at these granularities; nothing where single lines are."""
    told = WHOLLY if len(levels) == 1 else IN_PART
    return [told[level] for level in sorted(levels, reverse=True) if level in told]
