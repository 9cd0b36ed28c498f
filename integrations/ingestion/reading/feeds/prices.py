"""Price and cost lists of the distributor's: what a product costs it, or its customers, from a day on."""

from dataclasses import replace

from integrations.ingestion.reading.feeds.sell_through import SELL_THROUGH
from integrations.ingestion.reading.fields import Feed, Field, names

PRICES = Feed(
    "prices",
    (
        replace(SELL_THROUGH.by_key["sku"], category="price"),
        Field(
            "price_kind",
            "text",
            "by_agreement",
            "price",
            names(
                "Kind|Price Type|Type|List|Price List|Preisart|Preisliste|Type de prix|Tipo de precio|Tipo prezzo"
            ),
        ),
        Field(
            "price",
            "decimal",
            "required",
            "price",
            names(
                "Amount|Unit Price|List Price|Cost|Unit Cost|Price Each|Preis|Einzelpreis|Prix",
                "Prix unitaire|Precio|Prezzo|Prijs|Cena",
            ),
            basis="unit",
        ),
        replace(SELL_THROUGH.by_key["currency"], requirement="by_agreement"),
        Field(
            "valid_from",
            "date",
            "required",
            "price",
            names(
                "From|From Date|Effective|Effective Date|Gültig ab|Valable du|Desde|Dal|Geldig van|Ważne od"
            ),
            may_lie_ahead=True,
        ),
        Field(
            "valid_to",
            "date",
            "optional",
            "price",
            names("To|Until|Expires|End Date|Gültig bis|Valable jusqu'au|Hasta|Al|Geldig tot|Ważne do"),
            may_lie_ahead=True,
        ),
        Field(
            "minimum_quantity",
            "decimal",
            "optional",
            "price",
            names(
                "Min Qty|Minimum|From Qty|Break|Price Break|Ab Menge|Mindestmenge|Quantité minimum|Cantidad mínima"
            ),
            basis="line",
        ),
    ),
    always=("valid_from",),
)
