"""The ladder in words and in small, and the figures of its measures in their units, in templates."""

from collections.abc import Sequence

from django import template

from analytics.runs.reading import Lit
from portal.telling.ladder import STEPS, in_money, measured, step_label

register = template.Library()
BARS = [(step, 17 * (step - 1), 26 - 4 * step, 4 * step - 2) for step in STEPS]  # step, left, top, height

for tell in (measured, in_money, step_label):
    register.filter(tell)


@register.inclusion_tag("components/ladder_small.html")
def small_ladder(lit: Sequence[Lit]) -> dict[str, object]:
    """The six steps as a picture in a cell, with its words for who does not see it."""
    return {
        "bars": [(step in {one.step for one in lit}, step, *bar) for step, *bar in BARS],
        "lit": [STEPS[one.step][1] for one in lit],
    }
