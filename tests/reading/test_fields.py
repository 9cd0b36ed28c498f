"""The declared feed: what is asked for, what guards it, and the headings it goes by."""

import pytest

from integrations.ingestion.reading import FEEDS
from integrations.ingestion.reading.fields import normalised_heading

FEED = FEEDS["sell_through"]


def test_the_fields_in_their_categories():
    by_category = {}
    for field in FEED.fields:
        by_category.setdefault(field.category, set()).add(field.key)
    assert by_category == {
        "volume": {
            "line_number", "invoice_date", "promised_date", "ship_date", "account_type", "industry", "sku",
            "product_name", "quantity", "unit", "transaction_type",
        },
        "price": {
            "list_price", "unit_price", "discount_amount", "net_amount", "unit_cost", "freight", "currency",
            "promotion",
        },
        "identity": {
            "invoice_number", "account_id", "account_name", "account_street", "account_city", "account_region",
            "account_postal_code", "account_country", "po_number", "order_number", "return_reason",
        },
        "contacts": {"salesperson"},
    }  # fmt: skip


def test_required_fields_and_what_amounts_refer_to():
    assert FEED.required == ("invoice_number", "invoice_date", "account_id", "sku", "quantity")
    assert {field.key for field in FEED.fields if field.basis == "unit"} == {
        "list_price",
        "unit_price",
        "unit_cost",
    }
    assert {field.key for field in FEED.fields if field.kind == "decimal" and field.basis != "unit"} == {
        "quantity",
        "discount_amount",
        "net_amount",
        "freight",
    }


def test_a_plain_key_means_its_own_field_and_no_other():
    for field in FEED.fields:
        assert FEED.keys_by_heading[normalised_heading(field.key)] == (field.key,)


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Inv#", "inv"),
        (" Währung ", "wahrung"),
        ("N° facture", "nfacture"),
        ("Data wysyłki", "datawysyłki".replace("ł", "l")),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Disc %", "discpct"),
        ("invoice_date", "invoicedate"),
        ("Invoice\nDate", "invoicedate"),
        ("—", ""),
    ],
)
def test_headings_are_compared_without_case_accents_and_punctuation(heading, expected):
    assert normalised_heading(heading) == expected
