"""What kind of file it is, found in the whole of it."""

import io
import json

import pytest

from integrations.ingestion.reading import FEEDS, FileRefused
from integrations.ingestion.reading.sniffing import find_encoding, sniff
from integrations.ingestion.reading.tables import Format

FEED = FEEDS["sell_through"]
HEADINGS = ("invoice_number", "invoice_date", "account_id", "sku", "quantity")
ROW = ("I-1", "2024-01-31", "A-7", "BK-1", "3")


def _sniffed(content, remembered=()):
    return sniff(io.BytesIO(content if isinstance(content, bytes) else content.encode()), FEED, remembered)


def _table(delimiter=",", above=""):
    return above + "".join(delimiter.join(cells) + "\n" for cells in (HEADINGS, ROW))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter):
    found = _sniffed(_table(delimiter))
    assert (found.kind, found.delimiter, found.heading_row, found.headings) == ("csv", delimiter, 1, HEADINGS)


def test_decimal_commas_do_not_outvote_the_semicolon():
    rows = "".join(f"I-{n};1,5;2,5;3,5;4,5;5,5;6,5\n" for n in range(30))
    assert _sniffed(f"Rechnungsnr;Menge;Netto;Rabatt;Fracht;Einstand;Listenpreis\n{rows}").delimiter == ";"


@pytest.mark.parametrize("delimiter", [";", "|"])
def test_the_line_in_which_excel_is_told_the_delimiter(delimiter):
    found = _sniffed(_table(delimiter, above=f"sep={delimiter}\n"))
    assert (found.delimiter, found.heading_row) == (delimiter, 2)


def test_the_named_delimiter_is_taken_where_another_one_fits_as_well():
    assert _sniffed("sep=|\nalpha;a|beta;b|gamma\nx;x|y;y|z\n").headings == ("alpha;a", "beta;b", "gamma")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends(line_end):
    assert _sniffed(_table(above="Report\n\n").replace("\n", line_end)).heading_row == 3


def test_title_lines_are_skipped_and_shown():
    found = _sniffed(_table(above="Sales report, North\n,,,,\nMay 2024,,total 12\n"))
    assert found.heading_row == 4
    assert found.titles == ("Sales report North", "May 2024 total 12")


def test_headings_accepted_before_are_found_again():
    content = "Report;North;West\nSpalte A;Spalte B;Spalte C;Qty;2012\nx;y;z;1;2\n"
    assert _sniffed(content, remembered=["Spalte A", "Spalte B", "Spalte C"]).heading_row == 2


def test_without_a_known_heading_the_fullest_row_of_words_is_taken():
    found = _sniffed("Report,North\nalpha,beta,gamma\nx,1,2\n")
    assert (found.heading_row, found.headings) == (2, ("alpha", "beta", "gamma"))


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings(encoding, expected):
    content = _table().replace("BK-1", "Größe é €").encode(encoding)
    assert find_encoding(io.BytesIO(content)) == expected
    assert _sniffed(content).headings == HEADINGS


def test_one_accent_at_the_end_of_a_large_file_decides():
    content = _table().encode() + b"I-2,2024-01-31,A-7,BK-1,3\n" * 50_000 + "Zoë,,,,\n".encode("cp1252")
    assert find_encoding(io.BytesIO(content)) == "cp1252"


def test_a_character_across_two_blocks_is_not_taken_for_damage():
    content = b"a" * 999_998 + b"\n" + "€".encode() + b"\n"
    assert find_encoding(io.BytesIO(content)) == "utf-8"


def test_a_few_broken_bytes_do_not_turn_utf8_into_cp1252():
    assert find_encoding(io.BytesIO("José;Łódź;Zoë\n".encode() + b"\xff\n")) == "utf-8"


def test_the_sheet_whose_headings_are_known_is_taken(workbook):
    cover = [["Sales", "of", "May", "in", "the", "North"]]
    data = [["Verkäufe"], [], HEADINGS, ROW]
    found = _sniffed(workbook(Cover=cover, Data=data, Copy=[HEADINGS, ROW]))
    assert (found.kind, found.sheet, found.heading_row, found.titles) == ("xlsx", "Data", 3, ("Verkäufe",))
    assert found.sheet_rows == 4


def test_format_survives_json():
    found = _sniffed(_table(";", above="Title\n"))
    assert Format.from_json(json.loads(json.dumps(found.to_json()))) == found


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n\r\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"%PDF-1.7 ...", "wrong_type"),
        (b"\x89PNG\r\n\x1a\n....", "wrong_type"),
        (b"\xff\xd8\xff\xe0", "wrong_type"),
        (b"\n <!DOCTYPE html><html><table>", "wrong_type"),
        (b'<?xml version="1.0"?>', "wrong_type"),
        (b'{"rows": []}', "wrong_type"),
        (b"\x1f\x8b\x08\x00", "wrong_type"),
        (bytes(range(256)) * 20, "wrong_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cut_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016), "broken_workbook"),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00" + bytes(20), "old_workbook"),
        (b"1,2,3\n4,5,6\n", "no_heading_row"),
        ("\ufeffSKU,Qty".encode("utf-16-le")[:-1], "unreadable_text"),
    ],
)
def test_what_is_no_table_is_refused(content, code):
    with pytest.raises(FileRefused) as refused:
        _sniffed(content)
    assert refused.value.code == code


def test_the_sentence_names_what_was_found():
    with pytest.raises(FileRefused) as refused:
        _sniffed(b"%PDF-1.7")
    assert str(refused.value) == (
        "The content of the file is PDF, not a table. Send the data as an XLSX or XLS workbook or a CSV file."
    )
    with pytest.raises(FileRefused) as refused:
        _sniffed("\n1,2\n3,4\n")
    assert str(refused.value) == (
        'No row of headings was found in the first 30 rows; row 2 reads: "1", "2". Put the column headings in '
        "the first row."
    )
