"""The ladder in words and in small, and the figures of its measures in their units, in templates."""

from collections.abc import Sequence

from django import template

from analytics.runs.reading import Lit
from portal.telling.ladder import BAR_WIDTH, BARS, STEPS, measured, step_label

register = template.Library()

for tell in (measured, step_label):
    register.filter(tell)


@register.inclusion_tag("components/ladder_small.html")
def small_ladder(lit: Sequence[Lit]) -> dict[str, object]:
    """The six steps as a picture in a cell, with its words for who does not see it."""
    return {
        "width": BAR_WIDTH,
        "bars": [(step in {one.step for one in lit}, step, *bar) for step, *bar in BARS],
        "lit": [STEPS[one.step][1] for one in lit],
    }
