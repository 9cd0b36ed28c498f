"""Sell-in: what the distributor ordered of the maker, promised, shipped and delivered."""

from dataclasses import replace

from integrations.ingestion.reading.feeds.sell_through import SELL_THROUGH
from integrations.ingestion.reading.fields import Feed, Field, names

_SOLD = SELL_THROUGH.by_key

ORDERS = Feed(
    "orders",
    (
        replace(
            _SOLD["po_number"],
            requirement="required",
            category="inventory",
            aliases=(*_SOLD["po_number"].aliases, *_SOLD["order_number"].aliases, "Order ID"),
        ),
        replace(
            _SOLD["line_number"],
            category="inventory",
            aliases=names("Ln|Line|Line #|Line No|PO Line|Pos|Position"),
        ),
        replace(_SOLD["sku"], category="inventory"),
        Field(
            "ordered_on",
            "date",
            "required",
            "inventory",
            names(
                "Order Date|Ordered|Order Dt|PO Date|PO Dt|Date Ordered|Date",
                "Bestelldatum|Bestellt am|Auftragsdatum|Datum",
                "Date commande|Date de commande|Commandé le",
                "Fecha pedido|Fecha de pedido",
                "Data ordine",
                "Besteldatum|Orderdatum",
                "Data zamówienia",
            ),
        ),
        replace(
            _SOLD["quantity"],
            category="inventory",
            aliases=names(
                "Qty|Qty Ordered|Ordered Qty|Order Qty|Quantity Ordered|Units",
                "Menge|Bestellmenge|Stück",
                "Qté|Quantité|Qté commandée|Quantité commandée",
                "Cantidad|Cantidad pedida",
                "Quantità|Quantità ordinata",
                "Aantal|Besteld aantal",
                "Ilość|Ilość zamówiona",
            ),
        ),
        replace(_SOLD["unit"], category="inventory"),
        replace(_SOLD["promised_date"], category="inventory"),
        replace(
            _SOLD["ship_date"],
            category="inventory",
            aliases=names(
                "Ship Dt|Shipped|Shipped Date|Shipped On|Date Shipped|Shipping Date",
                "Versanddatum|Versendet|Lieferdatum",
                "Date expédition|Date d'expédition|Expédié le",
                "Fecha envío|Fecha de envío",
                "Data spedizione|Data di spedizione",
                "Verzenddatum|Verzonden",
                "Data wysyłki|Wysłano",
            ),
        ),
        Field(
            "delivered_on",
            "date",
            "optional",
            "inventory",
            names(
                "Delivered|Delivery Date|Date Delivered|Received|Received On|Geliefert|Eingegangen am",
                "Livré le|Fecha entrega",
                "|Data consegna|Leverdatum|Data dostawy",
            ),
        ),
        Field(
            "quantity_shipped",
            "decimal",
            "optional",
            "inventory",
            names(
                "Qty Shp|Qty Shipped|Shipped Qty|Ship Qty|Liefermenge|Gelieferte Menge|Qté livrée|Quantité livrée"
                "|Cantidad enviada|Quantità spedita|Geleverd aantal|Ilość wysłana"
            ),
            basis="line",
        ),
        Field(
            "shipment_number",
            "text",
            "optional",
            "inventory",
            names(
                "Shipment|Shipment No|Delivery Note|Delivery No|Lieferschein|Lieferscheinnr",
                "Bon de livraison|Albarán|DDT|Pakbon",
            ),
            identifies=True,
        ),
        Field(
            "unit_price",
            "decimal",
            "by_agreement",
            "price",
            names(
                "Price|Unit Price|Price Each|Net Price|Purchase Price|Preis|Stückpreis|Einzelpreis",
                "EK-Preis|Prix|Prix unitaire",
                "|Prix d'achat|Precio|Precio unitario|Prezzo|Prezzo unitario|Prijs|Stukprijs|Cena|Cena jednostkowa",
            ),
            basis="unit",
        ),
        _SOLD["currency"],
    ),
    always=("ordered_on",),
    summed=("quantity", "quantity_shipped"),
)
