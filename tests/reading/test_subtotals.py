"""Total rows are set aside, and compared with the rows that they sum up."""

import pytest

from integrations.ingestion.reading import sentence

HEADINGS = "invoice_number,invoice_date,account_id,sku,quantity,net_amount\n"


def _line(quantity, amount):
    return f"I-1,2024-01-31,A,S,{quantity},{amount}\n"


def _aside(outcome):
    return [
        [
            row["row"],
            row["kind"],
            *(row["stated"].get(key) for key in ("quantity", "net_amount")),
            row["code"],
        ]
        for row in outcome.set_aside.to_dict("records")
    ]


@pytest.mark.parametrize("rows", [1, 2, 50_000])
def test_subtotals_and_a_grand_total_that_agree(read, rows):
    content = HEADINGS + _line(2, "10.005") + _line(3, "20.00") + "SUBTOTAL 31/01/2024,,,,5,30.01\n"
    content += _line(-1, "-4.5") + "Subtotal,,,,-1,-4.5\n" + ",,,,,\n" + "GRAND TOTAL,,,,4,25.5\n"
    outcome = read(content, rows=rows)
    assert _aside(outcome) == [
        [4, "subtotal", "5.0000", "30.0100", None],
        [6, "subtotal", "-1.0000", "-4.5000", None],
        [7, "blank", None, None, None],
        [8, "total", "4.0000", "25.5000", None],
    ]
    assert outcome.examination.rows_seen == 6


@pytest.mark.parametrize("rows", [1, 2, 50_000])
def test_a_subtotal_that_differs_is_remarked_on(read, rows):
    content = HEADINGS + _line(2, "10.25") + "SUBTOTAL,,,,5,30\n" + _line(1, "5") + "Total:,,,,9,15.25\n"
    outcome = read(content, rows=rows)
    assert [sentence(remark) for remark in outcome.set_aside.to_dict("records")] == [
        'Row 3 ("SUBTOTAL") states 5 for quantity, but the rows above it come to 2. Check whether rows are missing '
        "from the file.",
        'Row 5 ("Total:") states 9 for quantity, but the rows above it come to 3. Check whether rows are missing '
        "from the file.",
    ]


def test_with_faulty_rows_above_a_subtotal_is_not_compared(read):
    outcome = read(HEADINGS + _line(2, "10.00") + _line("x", "5") + "SUBTOTAL,,,,5,15\n")
    assert [sentence(remark) for remark in outcome.set_aside.to_dict("records")] == [
        'Row 4 ("SUBTOTAL") could not be compared with the rows above it, since they include rows with faults (1).'
    ]


def test_a_total_may_stand_for_its_group(read):
    content = HEADINGS + _line(2, "10") + "Total,,,,2,10\n" + _line(3, "20") + "Total,,,,3,20\n"
    assert [code for *_, code in _aside(read(content))] == [None, None]


@pytest.mark.parametrize(
    "word",
    [
        "SUBTOTAL", "Sub-Total", "TOTAL", "Totals:", "GRAND TOTAL", "Zwischensumme", "Summe", "Gesamt",
        "Gesamtsumme", "Sous-total", "Total général", "Totale", "Totale parziale", "Subtotaal", "Totaal",
        "Razem", "Suma", "Suma częściowa", "Ogółem",
    ],
)  # fmt: skip
@pytest.mark.parametrize("position", [0, 1])
def test_words_for_a_total(read, word, position):
    cells = ["31/01/2024", "", "", "", "", ""]
    cells.insert(position, word)
    outcome = read(HEADINGS + _line(2, "10") + ",".join(cells[:6]) + "\n")
    assert outcome.set_aside["row"].tolist() == [3]
    assert outcome.faults.empty


@pytest.mark.parametrize(
    "row", ["TOTAL,2024-01-31,A,S,1,1", "Totalizer,2024-01-31,,,1,1", "Assumed,,,,1,1", "x,y,z,,Total,1"]
)
def test_what_is_no_total_row(read, row):
    assert read(HEADINGS + _line(2, "10") + row + "\n").set_aside.empty
