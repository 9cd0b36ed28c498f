"""A chart as it leaves us: on a page with its table, or as a picture for print."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import vl_convert
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from portal.charts.bundle import NAME
from portal.charts.specs import Spec
from portal.charts.style import in_light

FONT = "Roboto"  # knows Łódź, Αθήνα and Жуковка
FONTS = Path(str(files("font_roboto") / "files"))
FONT_FILE = FONTS / "Roboto-Regular.ttf"
PRINT_WIDTH = 680
PRINT_SIZE = 11
PRINT_FONTS = {
    "font": FONT,
    "text": {"fontSize": PRINT_SIZE},
    "axis": {"labelFontSize": PRINT_SIZE, "titleFontSize": PRINT_SIZE},
}


@dataclass(frozen=True)
class Table:
    """What a chart shows, in words: the first column names its row, the others are numbers."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Drawing:
    """What `components/chart.html` needs."""

    spec: Spec
    caption: str
    table: Table

    @property
    def bundle(self) -> str:
        """The static file that draws it."""
        return NAME


def on_paper(spec: Spec, width: int = PRINT_WIDTH) -> Spec:
    """The same specification, `width` pixels wide and in the light theme's colours."""
    return {**spec, "width": width, "config": in_light(spec["config"])}


def render_svg(spec: Spec, width: int = PRINT_WIDTH) -> str:
    """The picture on paper: lines, areas, bars, points and text, and nothing from elsewhere."""
    _register_font()
    return vl_convert.vegalite_to_svg(on_paper(spec, width), config=PRINT_FONTS, allowed_base_urls=[])


def chart_response(spec: Spec, filename: str, width: int = PRINT_WIDTH) -> HttpResponse:
    """The same picture as a file to keep."""
    response = HttpResponse(render_svg(spec, width), content_type="image/svg+xml")
    response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@cache
def _register_font() -> None:
    vl_convert.register_font_directory(str(FONTS))
