"""What is open of which category in which month, for a picture: the latest two years, a cell a month."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max

from partners.access.doors import cells_opened
from partners.agreements.models import Category, GrantedCell, HeldCell, KeptCell, Partnership
from partners.tenancy.context import current_organisation_id

MONTHS = 24
WIDTH = 100  # of a cell, in the picture's own units


@dataclass(frozen=True)
class Cell:
    """A month of a category: how finely it is open (0: not at all), and whether all families are."""

    month: date
    level: int
    is_whole: bool
    is_kept: bool
    x: int


@dataclass(frozen=True)
class Strip:
    """One category over the months."""

    category: Category
    cells: list[Cell]


def draw_coverage(partnership: Partnership) -> list[Strip]:
    """Strips of the categories that are open, as the active actor knows; none where nothing is."""
    open_cells = _levels(GrantedCell, partnership)
    kept_cells = _levels(KeptCell, partnership)
    shown = [one for one in Category if any(key[0] == one for key in (*open_cells, *kept_cells))]
    held = _held(partnership)
    known = sorted(held) if held else sorted({month for _, month in (*open_cells, *kept_cells)})
    months = known[-MONTHS:]
    return [
        Strip(
            category,
            [
                _cell(category, month, place, open_cells, kept_cells, held)
                for place, month in enumerate(months)
            ],
        )
        for category in shown
    ]


def _cell(
    category: Category,
    month: date,
    place: int,
    open_cells: dict[tuple[str, date], tuple[int, int]],
    kept_cells: dict[tuple[str, date], tuple[int, int]],
    held: dict[date, int],
) -> Cell:
    key = (category.value, month)
    level, families = open_cells.get(key) or kept_cells.get(key) or (0, 0)
    is_kept = key not in open_cells and key in kept_cells
    return Cell(month, level, families >= held.get(month, 0), is_kept, place * WIDTH)


def _levels(
    cells: type[GrantedCell] | type[KeptCell], partnership: Partnership
) -> dict[tuple[str, date], tuple[int, int]]:
    """The finest granularity and the number of families, by category and month."""
    if partnership.distributor_id == current_organisation_id():
        found = cells.objects.filter(partnership_id=partnership.pk)
    else:
        found = cells_opened(cells, [partnership.pk])
    counted = found.values("category", "month").annotate(
        level=Max("granularity"), families=Count("family_id", distinct=True)
    )
    return {(row["category"], row["month"]): (row["level"], row["families"]) for row in counted}


def _held(partnership: Partnership) -> dict[date, int]:
    """How many families the ledger holds a month: known to the distributor alone."""
    found = HeldCell.objects.filter(partnership_id=partnership.pk).values("month")
    return defaultdict(
        int, {row["month"]: row["n"] for row in found.annotate(n=Count("family_id", distinct=True))}
    )
