"""Headings in several lines, and under a group's heading, as people lay them out in a spreadsheet."""

import io

import openpyxl
import pytest

from integrations.ingestion.reading import FEEDS
from integrations.ingestion.reading.headings import find_headings

KNOWN = set(FEEDS["sell_through"].keys_by_heading)
GROUPED = [
    ["Invoice number", "Invoice date", "Ship to", "", "SKU", "Quantity"],
    ["", "", "Number", "Name", "", ""],
]
LINE = ["I-1", "2024-01-31", "A-7", "Łukasz", "BK-1", "3"]
JOINED = ("Invoice number", "Invoice date", "Ship to Number", "Ship to Name", "SKU", "Quantity")


def _found(*records, merged=()):
    found = find_headings([list(record) for record in records], KNOWN, merged)
    return found and (found.row, found.lines, found.headings)


def test_a_group_goes_before_the_headings_below_it():
    assert _found(*GROUPED, LINE) == (2, 2, JOINED)


def test_merged_cells_say_how_far_a_group_reaches():
    merged = [(0, 2, 0, 3), (0, 0, 1, 0)]
    assert _found(*GROUPED, LINE, merged=merged) == (2, 2, JOINED)
    ungrouped = [["Invoice number", "Ship to", "", "SKU"], ["", "Number", "Name", ""]]
    assert _found(*ungrouped, merged=[(0, 0, 1, 0), (0, 3, 1, 3), (0, 1, 0, 2)])[2][1:3] == (
        "Ship to Number",
        "Ship to Name",
    )


def test_titles_above_two_lines_of_headings_stay_titles():
    title = ["Sales of May", "", "", "", "", ""]
    assert _found(title, [""] * 6, *GROUPED, LINE) == (4, 2, JOINED)
    assert _found(title, *GROUPED, LINE) == (3, 2, JOINED)


def test_a_title_over_one_line_of_headings_is_no_part_of_them():
    headings = ["invoice_number", "invoice_date", "account_id", "sku", "quantity", "our remark"]
    assert _found(["Sales of May"], headings, LINE) == (2, 1, tuple(headings))
    assert _found(["Sales of May"] + [""] * 5, headings, merged=[(0, 0, 0, 5)]) == (2, 1, tuple(headings))
    assert _found(["", *headings], ["x", *LINE])[:2] == (1, 1)
    assert _found(["Sales of May"], ["", *headings], ["", *LINE]) == (2, 1, ("", *headings))


def test_words_that_are_wrapped_into_a_second_line_are_joined():
    top, below = ["Invoice", "Invoice", "Account", "SKU", "Quantity"], ["number", "date", "id", "", ""]
    assert _found(top, below, LINE) == (
        2,
        2,
        ("Invoice number", "Invoice date", "Account id", "SKU", "Quantity"),
    )


def test_a_known_heading_under_a_group_that_adds_nothing_keeps_its_name():
    top = ["Document", "", "Item", ""]
    assert _found(top, ["Invoice number", "Invoice date", "SKU", "Quantity"], LINE)[2] == (
        "Invoice number",
        "Invoice date",
        "SKU",
        "Quantity",
    )


def test_months_tell_equal_headings_apart():
    top = ["SKU", "January", "", "February", ""]
    below = ["", "Quantity", "Net", "Quantity", "Net"]
    assert _found(top, below)[2] == (
        "SKU",
        "January Quantity",
        "January Net",
        "February Quantity",
        "February Net",
    )


def test_without_known_headings_equal_ones_are_told_apart_too():
    found = _found(["Alpha", "", "Beta", ""], ["Ref", "Word", "Ref", "Word"], ["1", "2", "3", "4"])
    assert found == (2, 2, ("Alpha Ref", "Alpha Word", "Beta Ref", "Beta Word"))


def test_a_row_of_words_below_the_headings_is_data():
    assert _found(["invoice_number", "account_name", "sku"], ["first", "Mueller", "bearing"])[:2] == (1, 1)


@pytest.mark.parametrize("has_merged_cells", [True, False])
def test_a_workbook_as_people_make_them_is_read_whole(read, has_merged_cells):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["B2"] = "Northwest: sales of May"
    for row, record in enumerate([*GROUPED, LINE, [""] * 6, ["I-2", *LINE[1:]]], 4):
        for column, cell in enumerate(record, 2):
            sheet.cell(row, column, cell or None)
    sheet["B11"] = "Printed by the stock system"
    if has_merged_cells:
        for cells in ("B2:G2", "D4:E4", "B4:B5", "C4:C5", "F4:F5", "G4:G5"):
            sheet.merge_cells(cells)
    stream = io.BytesIO()
    book.save(stream)
    found = read(stream.getvalue())
    assert found.examination.layout.titles == ("Northwest: sales of May",)
    assert found.examination.layout.headings == JOINED
    assert found.rows["account_name"].to_dict() == {6: "Łukasz", 8: "Łukasz"}
    assert found.faults.empty
    assert found.set_aside[["row", "kind"]].to_numpy().tolist()[-1] == [11, "footer"]


def test_the_same_headings_are_asked_for_when_the_file_is_parsed(read):
    content = "\n".join(";".join(record) for record in [*GROUPED, LINE])
    assert read(content).rows["account_name"].tolist() == ["Łukasz"]
