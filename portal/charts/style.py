"""How charts look, in the style sheet's tokens, and how they write numbers and months."""

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

from django.utils import dates, formats

STYLE_SHEET = Path(__file__).resolve().parent.parent / "ui" / "static" / "ui" / "throughline.css"
_TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]+), #[0-9a-f]+\)")
_STEP = re.compile(r"\.step-(\d) \{ --lit: light-dark\((#[0-9a-f]+), #[0-9a-f]+\)")
_USE = re.compile(r"var\(--([\w-]+)\)")

STYLES: dict[str, dict[str, Any]] = {
    "monthly": {"color": "var(--edge)", "fillOpacity": 0.3},
    "monthly-so-far": {"color": "var(--edge)", "fillOpacity": 0.15},
    "own-normal": {"color": "var(--accent-soft)", "opacity": 1},
    "course": {"color": "var(--accent)", "strokeWidth": 2, "strokeJoin": "round"},
    "course-area": {"color": "var(--accent-soft)", "opacity": 1},
    "course-name": {"color": "var(--accent)"},
    "so-far": {"color": "var(--accent)", "strokeWidth": 2, "strokeDash": [2, 3]},
    "year-before": {"color": "var(--edge)", "strokeWidth": 1.5, "strokeJoin": "round"},
    "year-before-name": {"color": "var(--ink-3)"},
    "outside": {"color": "var(--bad)", "strokeWidth": 2.5, "strokeJoin": "round"},
    "annotation": {"color": "var(--bad)", "strokeDash": [3, 3]},
    "annotation-point": {"color": "var(--bad)", "filled": True, "size": 60, "opacity": 1},
    "annotation-text": {"color": "var(--bad)"},
    "worse": {"color": "var(--bad)", "cornerRadiusEnd": 3},
    "better": {"color": "var(--good)", "cornerRadiusEnd": 3},
    "value": {"color": "var(--ink-2)"},
    "zero": {"color": "var(--ink-3)"},
}
_AXIS = {
    "domain": False,
    "ticks": False,
    "labelPadding": 8,
    "labelColor": "var(--ink-3)",
    "titleColor": "var(--ink-3)",
    "titleFontWeight": "normal",
    "gridColor": "var(--line)",
}


def config() -> dict[str, Any]:
    """Vega-Lite's configuration for the page's language. Fonts are left to whoever draws."""
    return {
        "aria": False,  # the table tells what the marks show
        "background": None,
        "view": {"stroke": None},
        "axis": _AXIS,
        "style": STYLES,
        "locale": {"number": _numbers(), "time": _times()},
    }


def in_light(configuration: dict[str, Any]) -> dict[str, Any]:
    """The same with each token as its colour on paper."""
    colours = light_tokens()
    text = _USE.sub(lambda use: colours[use[1]], json.dumps(configuration))
    return cast("dict[str, Any]", json.loads(text))


@cache
def light_tokens() -> dict[str, str]:
    """The style sheet's colours in the light theme, by the names of their tokens."""
    return dict(_TOKEN.findall(STYLE_SHEET.read_text(encoding="utf-8")))


@cache
def light_steps() -> dict[int, str]:
    """The colour of each step of the ladder where it is lit, in the light theme."""
    return {int(step): colour for step, colour in _STEP.findall(STYLE_SHEET.read_text(encoding="utf-8"))}


def _numbers() -> dict[str, Any]:
    """d3's description of a language's numbers, from Django's."""
    return {
        "decimal": formats.get_format("DECIMAL_SEPARATOR"),
        "thousands": formats.get_format("THOUSAND_SEPARATOR"),
        "grouping": [formats.get_format("NUMBER_GROUPING") or 3],
        "currency": ["", ""],
    }


def _times() -> dict[str, Any]:
    """d3's description of a language's dates: month names as the pages write them."""
    weekdays = [(day - 1) % 7 for day in range(7)]  # d3's week begins on Sunday
    return {
        "dateTime": "%x, %X",
        "date": "%d.%m.%Y",
        "time": "%H:%M",
        "periods": ["", ""],
        "days": [str(dates.WEEKDAYS[day]) for day in weekdays],
        "shortDays": [str(dates.WEEKDAYS_ABBR[day]) for day in weekdays],
        "months": [formats.date_format(date(2000, month, 1), "F") for month in range(1, 13)],
        "shortMonths": [formats.date_format(date(2000, month, 1), "M") for month in range(1, 13)],
    }
