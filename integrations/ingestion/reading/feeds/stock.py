"""Stock positions: what lay where on which day."""

from dataclasses import replace

from integrations.ingestion.reading.feeds.sell_through import SELL_THROUGH
from integrations.ingestion.reading.fields import Feed, Field, names


def _units(key: str, *aliases: str) -> Field:
    return Field(key, "decimal", "optional", "inventory", names(*aliases), basis="line")


STOCK = Feed(
    "stock",
    (
        replace(SELL_THROUGH.by_key["sku"], category="inventory"),
        Field(
            "location",
            "text",
            "by_agreement",
            "inventory",
            names(
                "Loc|Warehouse|Whse|DC|Branch|Brch|Site|Store|Location Code",
                "Lager|Lagerort|Standort|Niederlassung|Filiale",
                "Dépôt|Entrepôt|Site|Agence|Magasin",
                "Almacén|Ubicación",
                "Magazzino|Deposito",
                "Magazijn|Locatie",
                "Magazyn|Lokalizacja",
            ),
        ),
        Field(
            "as_of",
            "date",
            "required",
            "inventory",
            names(
                "As Of|As Of Date|Stock Date|Inventory Date|Count Date|Snapshot Date|Date",
                "Stichtag|Bestandsdatum|Datum|Inventurdatum",
                "Date de stock|Date inventaire|Date",
                "Fecha|Fecha stock|Fecha inventario",
                "Data|Data giacenza",
                "Datum|Voorraaddatum",
                "Data|Data stanu",
            ),
        ),
        Field(
            "on_hand",
            "decimal",
            "required",
            "inventory",
            names(
                "OH|Qty On Hand|QOH|Stock|Stock On Hand|Inventory|Balance|Qty",
                "Bestand|Lagerbestand|Menge",
                "Stock|Quantité en stock|En stock",
                "Existencias|Stock",
                "Giacenza|Esistenza",
                "Voorraad|Op voorraad",
                "Stan|Stan magazynowy|Zapas",
            ),
            basis="line",
        ),
        replace(SELL_THROUGH.by_key["unit"], category="inventory"),
        _units(
            "available",
            "Avail|Qty Available|Free Stock|Verfügbar|Disponible|Disponibile|Beschikbaar|Dostępne",
        ),
        _units(
            "on_order",
            "OO|Qty On Order|On PO|Bestellt|In Bestellung|En commande|En pedido|In ordine|In bestelling|Zamówione",
        ),
        _units(
            "in_transit",
            "Transit|Qty In Transit|Unterwegs|En transit|En tránsito|In transito|Onderweg|W drodze",
        ),
        _units(
            "back_ordered",
            "BO|Back Order|Backordered|Qty Backordered|Rückstand|Reliquat|Pendiente|Inevaso|Nabestelling",
        ),
        Field(
            "stock_out_days",
            "integer",
            "optional",
            "inventory",
            names("Days Out|Days Out Of Stock|OOS Days|Fehltage|Jours de rupture|Días sin stock"),
        ),
    ),
    always=("as_of",),
    summed=("on_hand",),
)
