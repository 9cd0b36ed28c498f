"""One specification for page and print: what it holds, that both renderers take it, how it stands on a page."""

import copy
import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import vl_convert
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from reportlab.pdfbase.ttfonts import TTFontFile

from portal.charts import bundle, style
from portal.charts.drawing import (
    FONT_FILE,
    PRINT_WIDTH,
    Drawing,
    Table,
    chart_response,
    on_paper,
    render_svg,
)
from portal.charts.specs import Annotation, CoursePoint, Part, Point, Spec, bridge, course, normal_band

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"svg", "g", "path", "line", "rect", "text", "tspan"}


def month(number: int) -> date:
    return date(2025 + number // 12, number % 12 + 1, 1)


def falling(count: int = 14) -> list[Point]:
    """Steady, then out of the band for the last three months but one; the last one is not over."""
    points = []
    for number in range(count):
        is_last, is_outside = number == count - 1, count - 5 < number < count - 1
        level = 40.0 if is_outside else 100.0
        smooth = None if is_last else level
        points.append(Point(month(number), level + number, smooth, 80.0, 120.0, is_outside, is_last))
    return points


def band(points: list[Point] | None = None, remark: Annotation | None = None) -> Spec:
    spec = normal_band(points or falling(), description="Units in Łódź", unit="units", annotation=remark)
    assert spec is not None
    return spec


def each() -> dict[str, Spec]:
    parts = [
        Part("Breadth in Αθήνα, where families went", 0.92, "+0.92"),
        Part("Łódź pays", -0.36, "−0.36"),
    ]
    year = [CoursePoint(month(number), 100.0 + number, 90.0, number == 11) for number in range(12)]
    made = {
        "band": band(remark=Annotation(month(10), "first seen in Łódź")),
        "course": course(year, description="Sales", unit="units", names=("Łódź now", "year before")),
        "bridge": bridge(parts, description="Contributions", is_up_better=False),
    }
    return {name: spec for name, spec in made.items() if spec is not None}


def layers(spec: Spec, name: str) -> list[Spec]:
    return [layer for layer in spec["layer"] if layer["mark"]["style"] == name]


def rows_of(spec: Spec, layer: Spec) -> list[dict[str, Any]]:
    return list(spec["datasets"][layer.get("data", spec.get("data"))["name"]])


def text_of(svg: str) -> str:
    return " ".join("".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text"))


# --- specifications ---


def test_without_points_there_is_no_picture() -> None:
    assert normal_band([], description="", unit="") is None
    assert course([], description="", unit="", names=("", "")) is None
    assert bridge([], description="") is None


def test_a_specification_holds_the_points_given_and_no_more() -> None:
    spec = band(remark=Annotation(month(10), "first seen"))
    given = {point.month.isoformat(): point for point in falling()}
    rows = rows_of(spec, layers(spec, "monthly")[0])
    assert [row["month"] for row in rows] == list(given)
    for row in rows:
        point = given[row["month"]]
        assert (row["value"], row["smooth"], row["low"], row["high"]) == (
            *(point.value, point.smooth, point.low, point.high),
        )
    held = {row["month"]: row["value"] for data in spec["datasets"].values() if data != rows for row in data}
    assert held
    assert all(value == given[month].smooth for month, value in held.items())


def test_a_month_that_is_not_given_is_a_gap_and_keeps_its_place() -> None:
    points = falling()
    spec = band([point for point in reversed(points) if point.month != month(4)])
    rows = rows_of(spec, layers(spec, "course")[0])
    assert [row["month"] for row in rows] == [point.month.isoformat() for point in points]
    assert rows[4]["value"] is rows[4]["smooth"] is rows[4]["low"] is None


def test_the_line_changes_colour_on_its_way_out_and_again_on_its_way_back() -> None:
    out = {3, 4, 6}
    points = [Point(month(number), 1.0, float(number), 0, 9, is_outside=number in out) for number in range(8)]
    spec = band(points)
    stretches: dict[int, list[float]] = {}
    for row in rows_of(spec, layers(spec, "outside")[0]):
        stretches.setdefault(row["stretch"], []).append(row["value"])
    assert sorted(stretches.values()) == [[2, 3, 4], [5, 6]]
    assert not layers(band([Point(month(0), 1.0, 1.0, 0, 2)]), "outside")


def test_a_remark_stands_at_its_month_on_the_side_with_room_or_not_at_all() -> None:
    early, late = (
        layers(band(remark=Annotation(month(number), "seen")), "annotation-text")[0] for number in (2, 11)
    )
    assert (early["mark"]["align"], late["mark"]["align"]) == ("left", "right")
    elsewhere = band(remark=Annotation(month(40), "seen"))
    assert not layers(elsewhere, "annotation-text")
    assert not layers(elsewhere, "annotation")


@pytest.mark.parametrize(("count", "labelled"), [(4, 4), (12, 6), (24, 8), (48, 4)])
def test_january_is_among_the_months_that_are_labelled(count: int, labelled: int) -> None:
    values = band(falling(count))["encoding"]["x"]["axis"]["values"]
    assert len(values) == labelled
    assert "2025-01-01" in values


def test_bars_stand_in_the_order_given_and_good_is_told_by_the_sign() -> None:
    parts = [Part("b", -1.0, "−1"), Part("a", 2.0, "+2"), Part("c", -3.0, "−3")]
    for is_up_better, falls in ((True, "worse"), (False, "better")):
        spec = bridge(parts, description="", is_up_better=is_up_better)
        assert spec is not None
        assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"] == ["b", "a", "c"]
        assert layers(spec, falls)[0]["transform"] == [{"filter": "datum.value < 0"}]


def test_nothing_but_zeros_is_still_a_picture() -> None:
    spec = bridge([Part("a", 0.0, "0")], description="")
    assert spec is not None
    assert "a 0" in text_of(render_svg(spec))


@pytest.mark.parametrize("name", ["band", "course", "bridge"])
def test_a_specification_fits_its_container_names_itself_and_no_other_host(name: str) -> None:
    spec = each()[name]
    assert spec["width"] == "container"
    assert isinstance(spec["height"], int)
    assert spec["description"]
    assert "://" not in json.dumps(spec)


def test_a_specification_that_is_wrong_is_heard_of(capfd: pytest.CaptureFixture[str]) -> None:
    vl_convert.vegalite_to_vega({**band(), "height": {"step": 3}}, show_warnings=True)
    assert "WARN" in "".join(capfd.readouterr())


@pytest.mark.parametrize("name", ["band", "course", "bridge"])
def test_both_renderers_take_it_without_a_warning(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    spec = each()[name]
    for form in (spec, on_paper(spec)):
        assert vl_convert.vegalite_to_vega(form, show_warnings=True)["marks"]
    assert capfd.readouterr() == ("", "")


# --- print ---


@pytest.mark.parametrize("name", ["band", "course", "bridge"])
def test_print_takes_the_page_s_own_specification(name: str) -> None:
    spec = each()[name]
    before = copy.deepcopy(spec)
    paper = on_paper(spec, 500)
    assert spec == before
    assert {key: paper[key] for key in spec if key not in ("width", "config")} == {
        key: spec[key] for key in spec if key not in ("width", "config")
    }
    assert (paper["width"], set(paper["config"])) == (500, set(spec["config"]))


@pytest.mark.parametrize("name", ["band", "course", "bridge"])
def test_a_printed_picture_is_whole_in_itself(name: str) -> None:
    svg = render_svg(each()[name])
    root = ElementTree.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= DRAWN  # what svglib knows
    assert root.get("width") == str(PRINT_WIDTH)
    assert "Łódź" in text_of(svg)
    assert "href" not in svg
    assert "url(" not in svg
    assert "var(" not in svg
    assert not re.search(r'"[^"]*://', svg.replace("http://www.w3.org/", ""))


def test_colours_on_paper_are_the_light_theme_s() -> None:
    tokens = style.light_tokens()
    sheet = style.STYLE_SHEET.read_text()
    assert f"--bad: light-dark({tokens['bad']}," in sheet
    assert f'stroke="{tokens["bad"]}"' in render_svg(each()["band"])


def test_the_font_on_paper_writes_polish_and_greek() -> None:
    glyphs = TTFontFile(str(FONT_FILE)).charToGlyph
    for letter in "ŁódźΑθήναЖуковка−–·…":
        assert glyphs.get(ord(letter)), letter


def test_words_and_numbers_follow_the_language() -> None:
    points = [Point(month(number), 0.5 * number, None) for number in range(6)]
    with translation.override("de"):
        german = text_of(render_svg(band(points)))
    with translation.override("en"):
        english = text_of(render_svg(band(points)))
    assert "Mai" in german
    assert "0,5" in german
    assert "May" in english
    assert "0.5" in english
    with translation.override("de"):
        assert "1,5M" in text_of(render_svg(band([Point(month(0), 1_500_000.0)])))


def test_a_picture_can_be_kept() -> None:
    response = chart_response(band(), "Łódź, units.svg")
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"].startswith("attachment; filename")
    assert "Łódź" not in response.headers["Content-Disposition"]
    assert ElementTree.fromstring(response.content.decode()).tag == f"{SVG}svg"


# --- the page ---


def test_a_chart_on_a_page_carries_its_specification_and_its_table() -> None:
    spec = band(remark=Annotation(month(10), "</script> & Łódź"))
    table = Table("Units a month", ["Month", "Units"], [["Jan 2025", "100"], ["Feb 2025", "1,200"]])
    page = render_to_string("components/chart.html", {"drawing": Drawing(spec, "Bars: units", table)})
    block = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    assert block
    assert json.loads(block[1]) == spec
    assert '<th scope="col">Month</th><th scope="col" class="n">Units</th>' in page
    assert '<th scope="row">Feb 2025</th><td class="n">1,200</td>' in page
    assert "Units a month</caption>" in page
    assert f'data-vega="/static/{bundle.NAME}" hidden' in page  # nothing to see until it is drawn
    assert "style=" not in page


def test_the_bundle_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_HOME", str(tmp_path))
    path = bundle.bundle()
    assert path == tmp_path / "static" / bundle.NAME
    assert [found.name for found in path.parent.iterdir()] == [bundle.NAME]
    script = path.read_text()
    assert "vegaEmbed" in script
    assert "sourceMappingURL" not in script  # collectstatic would look for it
    os.utime(path, (1, 1))
    assert bundle.bundle().stat().st_mtime == 1


def test_the_bundle_is_served_like_any_static_file() -> None:
    assert finders.find(bundle.NAME) == str(bundle.bundle())
    response = Client().get(f"/static/{bundle.NAME}")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert int(response.headers["Content-Length"]) == bundle.bundle().stat().st_size
