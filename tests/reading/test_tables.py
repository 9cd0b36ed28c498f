"""Rows of text with the row numbers that a person sees."""

import datetime as dt
import io

import pytest

from integrations.ingestion.reading import FEEDS, FileRefused, tables
from integrations.ingestion.reading.sniffing import sniff
from integrations.ingestion.reading.tables import CELLS, read_chunks

HEADINGS = ["invoice_number", "sku", "quantity"]


def _chunks(content, rows=50_000):
    source = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    layout = sniff(source, FEEDS["sell_through"])
    return list(read_chunks(source, layout, rows))


def _cells(content):
    (chunk,) = _chunks(content)
    return {row: cells for row, *cells in chunk.drop(columns=CELLS).itertuples(name=None)}


def test_rows_are_numbered_as_in_the_file():
    content = "Report\n\ninvoice_number,sku,quantity\nA,x,1\n\nB,y,2\n"
    assert _cells(content) == {4: ["A", "x", "1"], 5: ["", "", ""], 6: ["B", "y", "2"]}


def test_a_quoted_cell_may_hold_delimiters_quotes_and_line_breaks():
    content = 'invoice_number,sku,quantity\n"A,1","say ""x""\nand y",1\nB,z,2\n'
    assert _cells(content) == {2: ["A,1", 'say "x"\nand y', "1"], 3: ["B", "z", "2"]}


def test_ragged_rows_are_counted_and_never_shifted():
    (chunk,) = _chunks("invoice_number,sku,quantity\nA,x\nB,y,2,more\nC,z,3\nD,w,4,,\n")
    assert chunk[CELLS].tolist() == [2, 4, 3, 3]
    assert chunk.drop(columns=CELLS).to_numpy().tolist() == [
        ["A", "x", ""],
        ["B", "y", "2"],
        ["C", "z", "3"],
        ["D", "w", "4"],
    ]


def test_cells_may_lack_where_the_heading_is_empty():
    (chunk,) = _chunks("invoice_number,sku,quantity,,\nA,x,1\nB,y,2,note,\n")
    assert chunk[CELLS].tolist() == [5, 5]


@pytest.mark.parametrize("rows", [1, 7, 100, 101, 5_000])
def test_chunks_join_without_a_gap(rows):
    content = "invoice_number,sku,quantity\n" + "".join(f"I{n},s,{n}\n" for n in range(2, 1_002))
    chunks = _chunks(content, rows)
    assert [row for chunk in chunks for row in chunk.index] == list(range(2, 1_002))
    assert [number for chunk in chunks for number in chunk[2]] == [str(n) for n in range(2, 1_002)]
    assert all(len(chunk) == rows for chunk in chunks[:-1])


def test_long_rows_come_in_smaller_chunks(monkeypatch):
    monkeypatch.setattr(tables, "CHUNK_BYTES", 1)
    content = "invoice_number,sku,quantity\n" + "".join(f"I{n},{'s' * 20_000},{n}\n" for n in range(2, 300))
    chunks = _chunks(content)
    assert len(chunks) > 2
    assert [row for chunk in chunks for row in chunk.index] == list(range(2, 300))
    assert [number for chunk in chunks for number in chunk[2]] == [str(n) for n in range(2, 300)]


def test_lines_across_blocks_of_the_file():
    cell = "é" * 700
    content = "invoice_number,sku,quantity\r\n" + "".join(f"I{n},{cell},{n}\r\n" for n in range(4_000))
    (chunk,) = _chunks(content)
    assert chunk[0].tolist() == [f"I{n}" for n in range(4_000)]
    assert set(chunk[1]) == {cell}


def test_the_source_stays_open_and_can_be_read_again():
    source = io.BytesIO(b"invoice_number,sku,quantity\nA,x,1\n")
    layout = sniff(source, FEEDS["sell_through"])
    first, second = (next(read_chunks(source, layout)) for _ in range(2))
    assert first.equals(second)
    assert not source.closed


def test_another_file_than_the_one_examined_is_refused():
    layout = sniff(io.BytesIO(b"invoice_number,sku,quantity\nA,x,1\n"), FEEDS["sell_through"])
    with pytest.raises(FileRefused) as refused:
        next(read_chunks(io.BytesIO(b"sku,invoice_number\nx,A\n"), layout))
    assert refused.value.sentence == (
        'Row 1 does not hold the headings that were examined: "invoice_number", "sku", "quantity". Found: "sku", '
        '"invoice_number". Have the file examined again.'
    )


def test_cells_of_a_workbook_keep_what_excel_shows(workbook):
    record = ["00123", 7.1, 80686.69249999999]
    more = [1, dt.date(2024, 1, 31), dt.datetime.fromisoformat("2024-01-31T13:05")]
    last = [0.1 + 0.2, 1e-7, 12345678901234567]
    cells = _cells(workbook(Data=[HEADINGS, record, more, last]))
    assert cells == {
        2: ["00123", "7.1", "80686.6925"],
        3: ["1", "2024-01-31", "2024-01-31 13:05:00"],
        4: ["0.3", "0.0000001", "1.23456789012346E+16"],
    }


def test_a_number_with_three_decimals_cannot_be_taken_for_thousands(workbook):
    assert _cells(workbook(Data=[HEADINGS, ["A", "x", 1.234]])) == {2: ["A", "x", "1.2340"]}


def test_a_table_that_begins_in_another_corner(workbook):
    sheet = [[], [], [None, *HEADINGS], [None, "A", "x", 1], [], [None, "B", "y", 2]]
    assert _cells(workbook(Data=sheet)) == {4: ["A", "x", "1"], 5: ["", "", ""], 6: ["B", "y", "2"]}


def test_error_cells_are_not_read_as_empty(workbook):
    sheet = [[None, *HEADINGS], [None, "A", "x", "#DIV/0!"], [None, "B", "#N/A", 2]]
    other = [["Cover"], ["#REF!"]]
    assert _cells(workbook(Cover=other, Data=sheet)) == {2: ["A", "x", "#DIV/0!"], 3: ["B", "#N/A", "2"]}
