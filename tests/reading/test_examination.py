"""Two passes over one file: what the first one found is kept as JSON, and the second one reads by it."""

import datetime as dt
import io
import json

import pytest

from integrations.ingestion.reading import Examination, FileRefused, examine, parse

TODAY = dt.date(2024, 6, 30)


def _examined(content, **settings):
    return examine(io.BytesIO(content), "sales.csv", "sell_through", today=TODAY, **settings)


def _through_json(examination):
    return Examination.from_json(json.loads(json.dumps(examination.to_json())))


def test_the_second_pass_reads_by_the_saved_first_one(lines):
    content = lines(*({"net_amount": f"{n},5", "invoice_date": "03/04/2024"} for n in range(40))).encode()
    examination = _examined(content, country="US")
    saved = _through_json(examination)
    assert saved == examination
    first, second = (
        [chunk.rows.to_dict() for chunk in parse(io.BytesIO(content), e)] for e in (examination, saved)
    )
    assert first == second


def test_what_is_shown_of_a_file(lines):
    content = ("Report May\n\n" + lines({}, *({"sku": f"S{n}\x00"} for n in range(20))) + "\n,,,\n").encode()
    examination = _examined(content)
    assert examination.rows_seen == 21
    assert examination.layout.titles == ("Report May",)
    assert [row for row, _ in examination.sample] == list(range(4, 14))
    assert examination.sample[1][1][6] == "S0\ufffd"


def test_chunk_size_makes_no_difference(read, lines):
    content = lines({}, {"sku": ""}, *({"net_amount": str(n)} for n in range(50)), {"quantity": "x"})
    whole, parts = read(content), read(content, rows=7)
    for name in ("rows", "faults", "faulty", "set_aside"):
        assert getattr(whole, name).equals(getattr(parts, name)), name


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_progress_moves_in_rows_and_ends_at_all_of_them(lines, workbook, kind):
    content = lines(*[{}] * 25)
    table = [line.split(",") for line in content.splitlines()]
    file = content.encode() if kind == "csv" else workbook(Data=table)
    examining, parsing = [], []
    examination = _examined(file, progress=lambda *moved: examining.append(moved))
    list(parse(io.BytesIO(file), examination, rows=10, progress=lambda *moved: parsing.append(moved)))
    assert examining == [(25, 25)]
    assert parsing == [(10, 25), (20, 25), (25, 25)]


def test_a_missing_column_can_be_mapped_by_hand(lines):
    content = lines({}).replace("account_id", "Whom").encode()
    examination = _examined(content)
    assert examination.mapping.missing == ("account_id",)
    with pytest.raises(FileRefused, match="No column of the file was recognised as: account_id"):
        next(parse(io.BytesIO(content), examination))
    position = examination.layout.headings.index("Whom")
    chosen = {
        **examination.to_json(),
        "mapping": examination.mapping.assign(position, "account_id").to_json(),
    }
    again = _examined(content, remembered=Examination.from_json(chosen))
    assert again.mapping.missing == ()
    assert next(parse(io.BytesIO(content), again)).rows["account_id"].tolist() == ["A-7"]


def test_headings_without_rows_are_refused(lines):
    with pytest.raises(FileRefused) as refused:
        _examined((lines() + ",,,\n\n").encode())
    assert refused.value.sentence == (
        "The file has headings in row 1 and no rows below them. Export it again with its data."
    )


def test_german_csv_in_cp1252(read):
    content = (
        "Rechnungsnr;Pos;Rechnungsdatum;Kundennr;Kunde;Artikelnr;Menge;Netto;Währung\n"
        "R1;1;28.12.2023;K7;Müller & Söhne;BK-1;2;1.344,588;EUR\n"
    ).encode("cp1252")
    outcome = read(content)
    assert outcome.rows.loc[2, ["account_name", "quantity", "net_amount"]].tolist() == [
        "Müller & Söhne",
        "2.0000",
        "1344.5880",
    ]
    assert outcome.rows.loc[2, "invoice_date"].isoformat() == "2023-12-28T00:00:00"


def test_french_workbook_with_titles_and_date_cells(read, workbook):
    headings = ["N° facture", "Date facture", "Code client", "Référence", "Qté", "Montant net"]
    line = ["SO1", TODAY, "C1", "BK-1", 2, 1344.5882]
    outcome = read(workbook(Ventes=[["Rapport des ventes"], ["Période : mai"], [], headings, line]))
    assert outcome.examination.layout.titles == ("Rapport des ventes", "Période : mai")
    assert outcome.rows.loc[5, ["invoice_number", "quantity", "net_amount"]].tolist() == [
        "SO1",
        "2.0000",
        "1344.5882",
    ]
    assert outcome.rows.loc[5, "invoice_date"].date() == TODAY
