"""Headings find their fields, with a confidence and a reason."""

import json

import pytest

from integrations.ingestion.reading import FEEDS, FileRefused
from integrations.ingestion.reading.mapping import Mapping, fingerprint, propose_mapping, require_complete
from integrations.ingestion.reading.tables import Format

FEED = FEEDS["sell_through"]


def _proposed(*headings, remembered=None):
    mapping = propose_mapping(headings, FEED, remembered)
    return {column.heading: (column.field, column.why) for column in mapping.columns}


def test_plain_keys_map_by_themselves():
    mapping = propose_mapping([field.key for field in FEED.fields], FEED)
    assert all(column.field == column.heading and column.confidence == 1 for column in mapping.columns)
    assert mapping.unmapped == mapping.missing == ()


@pytest.mark.parametrize(
    "headings",
    [
        ("Inv#", "Inv Dt", "Cust No", "Mfr Part#", "Qty Shp", "Ext Resale", "Zip"),
        ("Rechnungsnr", "Rechnungsdatum", "Kundennr", "Artikelnr", "Menge", "Netto", "PLZ"),
        ("N° facture", "Date facture", "Code client", "Référence", "Qté", "Montant net", "Code postal"),
        ("Nº factura", "Fecha factura", "Código cliente", "Referencia", "Cantidad", "Importe neto", "C.P."),
        (
            "N. fattura",
            "Data fattura",
            "Codice cliente",
            "Codice articolo",
            "Quantità",
            "Importo netto",
            "CAP",
        ),
        ("Factuurnr", "Factuurdatum", "Klantnr", "Artikelnummer", "Aantal", "Nettobedrag", "Postcode"),
        ("Nr faktury", "Data faktury", "Nr klienta", "Indeks", "Ilość", "Wartość netto", "Kod pocztowy"),
    ],
)
def test_one_language_after_the_other(headings):
    mapping = propose_mapping(headings, FEED)
    expected = ["invoice_number", "invoice_date", "account_id", "sku", "quantity", "net_amount"]
    assert [column.field for column in mapping.columns] == [*expected, "account_postal_code"]
    assert {column.why for column in mapping.columns} == {"alias"}
    assert not mapping.missing


def test_a_shared_alias_goes_to_the_field_that_is_still_free():
    assert _proposed("Kunde", "Kundennr") == {
        "Kunde": ("account_name", "shared_alias"),
        "Kundennr": ("account_id", "alias"),
    }
    assert _proposed("Type", "account_type") == {
        "Type": ("transaction_type", "shared_alias"),
        "account_type": ("account_type", "plain"),
    }


def test_no_two_headings_hold_one_field():
    assert _proposed("Qty", "quantity", "Units") == {
        "Qty": (None, "unknown"),
        "quantity": ("quantity", "plain"),
        "Units": (None, "unknown"),
    }
    mapping = propose_mapping(["Date", "Date"], FEED)
    assert [column.field for column in mapping.columns] == ["invoice_date", None]


@pytest.mark.parametrize("heading", ["Invoice Nubmer", "Rechnungsnumer", "Numéro facturre"])
def test_a_slip_of_the_pen_is_a_near_match(heading):
    (column,) = propose_mapping([heading], FEED).columns
    assert (column.field, column.why) == ("invoice_number", "near")
    assert 0.7 < column.confidence < 0.9


@pytest.mark.parametrize(
    "heading",
    ["Disc %", "Discount (%)", "Order Date", "Ext Cost", "Address 2", "Due Date", "Ref2", ""],
)
def test_what_only_looks_alike_is_left_to_a_person(heading):
    assert propose_mapping([heading], FEED).columns[0].field is None


def test_missing_and_unmapped_are_listed():
    mapping = propose_mapping(["Inv#", "Weather", "", "Cust"], FEED)
    assert mapping.missing == ("invoice_date", "sku", "quantity")
    assert mapping.unmapped == ("Weather",)
    layout = Format("csv", 4, ("Inv#", "Weather", "", "Cust"))
    with pytest.raises(FileRefused) as refused:
        require_complete(mapping, layout)
    assert refused.value.sentence == (
        'No column of the file was recognised as: invoice_date, sku, quantity. Headings found in row 4: "Inv#", '
        '"Weather", "Cust". Choose the columns by hand, or rename the headings.'
    )


def test_what_a_person_chose_is_remembered_in_any_column_order():
    first = propose_mapping(["Spalte A", "Menge", "Notiz"], FEED).assign(0, "sku").assign(1, None)
    assert _proposed("NOTIZ", "spalte a", "Menge", "Qty", remembered=first) == {
        "NOTIZ": (None, "remembered"),
        "spalte a": ("sku", "remembered"),
        "Menge": (None, "remembered"),
        "Qty": ("quantity", "alias"),
    }


def test_of_equal_headings_the_first_is_remembered():
    first = propose_mapping(["Menge"], FEED)
    mapping = propose_mapping(["Menge", "MENGE"], FEED, first)
    assert [column.field for column in mapping.columns] == ["quantity", None]


def test_a_choice_takes_the_field_from_another_column():
    mapping = propose_mapping(["Qty", "Units"], FEED).assign(1, "quantity")
    assert mapping.positions == {"quantity": 1}
    assert mapping.heading("quantity") == "Units"
    with pytest.raises(ValueError, match="no field colour"):
        mapping.assign(0, "colour")


def test_mapping_survives_json():
    mapping = propose_mapping(["Inv#", "Type", "Wetter"], FEED).assign(2, "promotion")
    assert Mapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping


def test_the_fingerprint_sees_order_and_names_but_not_spelling():
    assert fingerprint(["Inv #", "QTY"]) == fingerprint(["INV", "Qty"])
    assert fingerprint(["Qty", "Inv"]) != fingerprint(["Inv", "Qty"])
