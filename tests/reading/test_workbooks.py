"""XLS beside XLSX: the same cells, the same sheets, the same refusals."""

import contextlib
import datetime as dt
import io
import json
import random
import struct

import openpyxl
import pytest

from integrations.ingestion.reading import FEEDS, Examination, FileRefused, examine, parse, workbooks
from integrations.ingestion.reading.sniffing import sniff
from integrations.ingestion.reading.tables import CELLS, OtherSheet, read_chunks

HEADINGS = ["invoice_number", "invoice_date", "account_id", "sku", "quantity"]
LINE = ["I-1", "2024-01-31", "A-7", "BK-1", "3"]
FEED = FEEDS["sell_through"]
TODAY = dt.date(2024, 6, 30)


@pytest.fixture(params=["xlsx", "xls"])
def made(request, workbook, old_workbook):
    """A workbook of either kind."""
    return workbook if request.param == "xlsx" else old_workbook


def _sniffed(content, **words):
    return sniff(io.BytesIO(content), FEED, **words)


def _cells(content):
    source = io.BytesIO(content)
    (chunk,) = read_chunks(source, sniff(source, FEED))
    return {row: cells for row, *cells in chunk.drop(columns=CELLS).itertuples(name=None)}


def test_cells_keep_what_excel_shows(made):
    first = ["00123", dt.date(2024, 1, 31), "#N/A", 7.1, 3]
    second = ["123456789012", dt.datetime.fromisoformat("2024-01-31T13:05"), "#DIV/0!", "x", 0.1 + 0.2]
    cells = _cells(made(Data=[HEADINGS, first, [], second]))
    assert cells[2] == ["00123", "2024-01-31", "#N/A", "7.1", "3"]
    assert cells[3] == [""] * 5
    assert cells[4][0] == "123456789012"
    assert cells[4][2:] == ["#DIV/0!", "x", "0.3"]


def test_a_table_in_another_corner_of_an_old_workbook(old_workbook):
    sheet = [[], ["Title"], [None, *HEADINGS], [None, *LINE], [None, "B", "#REF!"]]
    assert _cells(old_workbook(Data=sheet)) == {4: ["", *LINE], 5: ["", "B", "#REF!", "", "", ""]}


def test_days_are_counted_from_1900_or_1904(old_workbook):
    sheet = [HEADINGS, ["I-1", dt.date(2024, 1, 31), "A", "x", 1]]
    counted = [old_workbook(is_1904=is_1904, Data=sheet) for is_1904 in (False, True)]
    assert counted[0] != counted[1]
    assert [_cells(content)[2][1] for content in counted] == ["2024-01-31"] * 2


def test_of_sheets_whose_headings_are_known_equally_the_longest_is_read(made):
    long = [HEADINGS, LINE, LINE]
    content = made(Cover=[["Sales", "of", "May"]], Short=[HEADINGS, LINE], Long=long, Empty=[])
    found = _sniffed(content)
    assert (found.sheet, found.sheet_rows) == ("Long", 3)
    assert found.others == (OtherSheet("Cover", 1), OtherSheet("Short", 2, alike=True))


def test_another_sheet_can_be_chosen_and_is_taken_again(made):
    content = made(Sales=[HEADINGS, LINE, LINE], Returns=[HEADINGS, ["R-1", *LINE[1:]]])
    chosen = examine(io.BytesIO(content), "x", "sell_through", today=TODAY, sheet="Returns")
    assert (chosen.layout.sheet, chosen.rows_seen) == ("Returns", 1)
    remembered = Examination.from_json(json.loads(json.dumps(chosen.to_json())))
    assert remembered == chosen
    again = examine(io.BytesIO(content), "x", "sell_through", today=TODAY, remembered=remembered)
    assert again.layout.sheet == "Returns"
    other = made(Sales=[HEADINGS, LINE])
    gone = examine(io.BytesIO(other), "x", "sell_through", today=TODAY, remembered=remembered)
    assert (gone.layout.sheet, gone.layout.sought) == ("Sales", "Returns")


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(made):
    with pytest.raises(FileRefused) as refused:
        _sniffed(made(Sales=[HEADINGS, LINE], Notes=[["x"]]), sheet="Sails")
    assert refused.value.sentence == (
        'The workbook has no sheet "Sails" with a table; it has: Sales, Notes. Choose one of these, or none, and the '
        "sheet with the data is looked for."
    )


def test_a_name_that_nothing_could_keep_is_damage(old_workbook):
    content = old_workbook(Sales=[HEADINGS, LINE])
    with pytest.raises(FileRefused) as refused:
        _sniffed(content.replace(b"Sales", b"Sa\7es"))
    assert refused.value.code == "broken_workbook"


def test_sheets_beyond_a_hundred_are_not_named(workbook):
    sheets = {f"Sheet {number}": [["x"]] for number in range(120)}
    found = _sniffed(workbook(Sales=[HEADINGS, LINE], **sheets))
    assert (found.sheet, len(found.others)) == ("Sales", 100)


def test_a_hidden_sheet_is_no_choice():
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.active.append(LINE)
    book.create_sheet("Old").append(HEADINGS)
    book["Old"].sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    assert _sniffed(stream.getvalue()).others == ()


@pytest.mark.parametrize("remainder", [0, 7])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_workbook_that_was_cut_off_says_so(made, share, remainder):
    content = made(Data=[HEADINGS, *[[f"I-{number}", *LINE[1:]] for number in range(400)]])
    cut = content[: int(len(content) * share) // 512 * 512 + remainder]
    with pytest.raises(FileRefused) as refused:
        _sniffed(cut)
    assert (refused.value.code, refused.value.params) == ("cut_workbook", {"found": len(cut)})


@pytest.mark.parametrize("seed", range(20))
def test_damaged_old_workbooks_are_read_or_refused_and_nothing_else(old_workbook, seed):
    chance = random.Random(seed)
    content = bytearray(old_workbook(Data=[HEADINGS, *[LINE] * 40]))
    for _ in range(chance.randint(1, 40)):
        content[chance.randrange(8, len(content))] = chance.randrange(256)
    with contextlib.suppress(FileRefused):
        examination = examine(io.BytesIO(content), "x", "sell_through", today=TODAY)
        chunks = list(parse(io.BytesIO(content), examination))
        rows = sum(len(chunk.rows) + len(chunk.faulty) + len(chunk.set_aside) for chunk in chunks)
        assert rows >= examination.rows_seen


def _renamed(content, name):
    """Another stream in the same compound file."""
    old = "Workbook".encode("utf-16-le")
    at = content.index(old + bytes(64 - len(old)))
    entry = name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2)
    return content[:at] + entry + content[at + len(entry) :]


@pytest.mark.parametrize(
    ("name", "code", "found"),
    [
        ("WordDocument", "wrong_type", "DOC"),
        ("Else", "wrong_type", "OLE"),
        ("EncryptedPackage", "encrypted_workbook", None),
    ],
)
def test_what_is_no_workbook_in_its_form_is_named(old_workbook, name, code, found):
    with pytest.raises(FileRefused) as refused:
        _sniffed(_renamed(old_workbook(Data=[HEADINGS, LINE]), name))
    assert (refused.value.code, refused.value.params.get("found")) == (code, found)


def test_a_cell_far_outside_the_table_is_refused(old_workbook):
    sheet = [HEADINGS, LINE, *[[]] * 65_000, [None] * 200 + ["x"]]
    with pytest.raises(FileRefused) as refused:
        _sniffed(old_workbook(Data=sheet))
    assert refused.value.code == "scattered_cells"


@pytest.mark.parametrize("bound", ["SECONDS", "MEGABYTES"])
def test_beyond_its_bounds_only_the_process_that_reads_ends(made, monkeypatch, bound):
    content = made(Data=[HEADINGS, *[[f"I-{n}", *LINE[1:]] for n in range(20_000)]])
    monkeypatch.setattr(workbooks, bound, {"SECONDS": 0, "MEGABYTES": 20}[bound])
    monkeypatch.setattr(workbooks, f"{bound}_MORE", 0)
    with pytest.raises(FileRefused) as refused:
        _sniffed(content)
    assert refused.value.code == "too_costly"
    monkeypatch.undo()
    assert _sniffed(content).sheet == "Data"


def test_larger_files_are_given_more():
    assert workbooks._bounds(1) == workbooks._bounds(1 << 20) == (2, 300)
    assert workbooks._bounds(3 << 20) == (6, 350)
    assert workbooks._bounds(1 << 30)[1] == 1_200


def test_who_stops_reading_leaves_no_process_behind(made):
    records = workbooks.sheet_records(io.BytesIO(made(Data=[HEADINGS, *[LINE] * 5_000])), "Data")
    assert next(records) == HEADINGS
    records.close()
    assert not records.gi_running


def test_errors_are_found_in_the_sheet_that_has_them(made):
    last = [HEADINGS, ["I-1", "#N/A", "A-7", "BK-1", "3"], LINE, LINE]
    content = made(Zeta=[["x"], ["#REF!"]], Alpha=last, Beta=[["#DIV/0!"]])
    assert _cells(content)[2] == ["I-1", "#N/A", "A-7", "BK-1", "3"]
    assert [sheet.start for sheet in workbooks.survey(io.BytesIO(content))][::2] == [
        [["x"], ["#REF!"]],
        [["#DIV/0!"]],
    ]
