"""The distributor's own article numbers, which of the maker's they are, and how many are in a pack."""

from dataclasses import replace

from integrations.ingestion.reading.feeds.sell_through import SELL_THROUGH
from integrations.ingestion.reading.fields import Feed, Field, names

CROSS_REFERENCE = Feed(
    "cross_reference",
    (
        Field(
            "own_sku",
            "text",
            "required",
            "identity",
            names(
                "Own SKU|Our SKU|Our Part|Our Part#|Distributor SKU|Distributor Part|Internal SKU|Item",
                "Item No|Stock Code",
                "Eigene Artikelnr|Eigene Artikelnummer|Artikelnr|Artikelnummer",
                "Notre référence|Référence interne|Code article",
                "Referencia propia|Código propio",
                "Nostro codice|Codice interno",
                "Eigen artikelnr|Eigen artikelnummer",
                "Własny indeks|Indeks",
            ),
            identifies=True,
        ),
        replace(
            SELL_THROUGH.by_key["sku"],
            aliases=names(
                "Mfr Part#|Mfr Part|Mfr Part No|Manufacturer Part Number|Mfg Part No|MPN|Maker SKU",
                "Vendor Item|Catalog No|GTIN|EAN|UPC",
                "Herstellernummer|Hersteller-Artikelnr|Bestellnummer Hersteller",
                "Référence fabricant|Réf fabricant",
                "Referencia fabricante",
                "Codice produttore",
                "Fabrikantcode",
                "Kod producenta",
            ),
        ),
        Field(
            "unit",
            "text",
            "optional",
            "volume",
            names("UOM|Unit Of Measure|U/M|Einheit|ME|Unité|Unidad|Unità|Eenheid|Jednostka"),
        ),
        Field(
            "units_per_pack",
            "decimal",
            "optional",
            "volume",
            names(
                "Pack|Pack Size|Pack Qty|Units Per Case|Case Qty|Per Pack|Conversion|VPE|Packungsgröße",
                "Conditionnement|Colisage|Unidades por caja|Pezzi per confezione",
            ),
            never_zero=True,
        ),
        Field(
            "valid_from",
            "date",
            "optional",
            "volume",
            names("From|From Date|Effective|Effective Date|Gültig ab|Valable du|Desde|Dal|Geldig van"),
            may_lie_ahead=True,
        ),
        Field(
            "valid_to",
            "date",
            "optional",
            "volume",
            names("To|Until|Expires|End Date|Gültig bis|Valable jusqu'au|Hasta|Al|Geldig tot"),
            may_lie_ahead=True,
        ),
    ),
)
