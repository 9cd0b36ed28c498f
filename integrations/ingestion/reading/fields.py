"""The feeds that a distributor may send, each declared once: its fields and the headings they go by."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["text", "date", "decimal", "integer"]
Requirement = Literal["required", "by_agreement", "optional"]
Category = Literal["volume", "price", "identity", "contacts"]
Basis = Literal["unit", "line"]

# Letters that Unicode does not decompose into a base letter and an accent.
_PLAIN_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "%": "pct"})
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


def normalised_heading(text: str) -> str:
    """Reduce a heading to what is compared: no case, accents, spaces or punctuation; "%" stays as "pct"."""
    plain = text.casefold().translate(_PLAIN_LETTERS)
    decomposed = unicodedata.normalize("NFKD", plain)
    without_accents = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _NOT_ALPHANUMERIC.sub("", without_accents)


@dataclass(frozen=True)
class Field:
    """One column of a feed.

    ``category`` is the sharing category that guards the column, ``aliases`` are headings as people write
    them. ``basis`` says whether an amount is per unit or per line, ``identifies`` that digits lost to Excel
    make the value worthless, ``may_lie_ahead`` that a date may be in the future, ``never_zero`` that zero is
    a fault.
    """

    key: str
    kind: Kind
    requirement: Requirement
    category: Category
    aliases: tuple[str, ...] = ()
    basis: Basis | None = None
    identifies: bool = False
    may_lie_ahead: bool = False
    never_zero: bool = False


@dataclass(frozen=True)
class Feed:
    """A kind of file: its fields in the order in which they are proposed and shown."""

    key: str
    fields: tuple[Field, ...]

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """The fields by their key."""
        return {field.key: field for field in self.fields}

    @cached_property
    def keys_by_heading(self) -> dict[str, tuple[str, ...]]:
        """Field keys by normalised plain key and alias; more than one key where an alias is shared."""
        found: dict[str, tuple[str, ...]] = {}
        for field in self.fields:
            for name in dict.fromkeys(normalised_heading(text) for text in (field.key, *field.aliases)):
                found[name] = (*found.get(name, ()), field.key)
        return found

    @property
    def required(self) -> tuple[str, ...]:
        """Keys of the fields without which a file of this feed cannot be read."""
        return tuple(field.key for field in self.fields if field.requirement == "required")


def _names(*lines: str) -> tuple[str, ...]:
    return tuple(name.strip() for line in lines for name in line.split("|"))


# The lines of aliases go by language: English, German, French, Spanish, Italian, Dutch, Polish.
# An alias that stands under two fields ("Type", "Customer") is proposed with low confidence for the first.
_SELL_THROUGH = Feed(
    "sell_through",
    (
        Field(
            "invoice_number",
            "text",
            "required",
            "identity",
            _names(
                "Inv#|Inv|Inv No|Invoice|Invoice #|Invoice No",
                "Invoice Nbr|Doc#|Doc No|Document Number|Document No",
                "Rechnungsnr|Rechnungsnummer|Rechnung|Rechnung Nr|Belegnr|Belegnummer|Faktura|Fakturanummer",
                "N° facture|No facture|Numéro facture|Numéro de facture|Facture|N° pièce",
                "N° factura|Nº factura|Número de factura|Número factura|Num factura|Factura",
                "N. fattura|Nr fattura|Numero fattura|Numero documento|Fattura",
                "Factuurnr|Factuurnummer|Factuur",
                "Nr faktury|Numer faktury|Faktura nr|Faktura",
            ),
            identifies=True,
        ),
        Field(
            "line_number",
            "integer",
            "by_agreement",
            "volume",
            _names(
                "Ln|Line|Line #|Line No|Line Nbr|Line Item|Inv Line|Invoice Line",
                "Pos|Position|Positionsnr|Positionsnummer|Zeile|Zeilennr|Rechnungsposition",
                "Ligne|N° ligne|Numéro de ligne|Ligne facture",
                "Línea|Nº línea|Número de línea",
                "Riga|N. riga|Numero riga",
                "Regel|Regelnr|Regelnummer|Factuurregel",
                "Pozycja|Nr pozycji|Lp",
            ),
        ),
        Field(
            "invoice_date",
            "date",
            "required",
            "volume",
            _names(
                "Inv Dt|Inv Date|Invoice Dt|Doc Date|Document Date|Billing Date|Transaction Date|Date",
                "Rechnungsdatum|Belegdatum|Fakturadatum|Datum",
                "Date facture|Date de facture|Date de facturation|Date pièce|Date",
                "Fecha factura|Fecha de factura|Fecha",
                "Data fattura|Data documento|Data",
                "Factuurdatum|Datum",
                "Data faktury|Data wystawienia|Data",
            ),
        ),
        Field(
            "promised_date",
            "date",
            "optional",
            "volume",
            _names(
                "Promised|Promise Date|Promise Dt|Prom Date|Requested Date",
                "Required Date|Req Date|Due to Ship",
                "Zugesagt|Zusagedatum|Zugesagter Termin|Wunschtermin|Bestätigter Termin",
                "Date promise|Date promesse|Date souhaitée|Date confirmée",
                "Fecha prometida|Fecha compromiso|Fecha comprometida",
                "Data promessa|Data confermata|Data richiesta",
                "Beloofde datum|Toegezegde datum|Bevestigde datum",
                "Data obiecana|Termin dostawy|Obiecany termin",
            ),
            may_lie_ahead=True,
        ),
        Field(
            "ship_date",
            "date",
            "optional",
            "volume",
            _names(
                "Ship Dt|Shipped|Shipped Date|Date Shipped|Shipping Date|Delivery Date|Delivered",
                "Lieferdatum|Versanddatum|Versendet|Geliefert|Auslieferungsdatum",
                "Date expédition|Date d'expédition|Date de livraison|Date livraison|Expédié le",
                "Fecha envío|Fecha de envío|Fecha entrega|Fecha de entrega",
                "Data spedizione|Data di spedizione|Data consegna",
                "Verzenddatum|Leverdatum|Verzonden",
                "Data wysyłki|Data dostawy|Wysłano",
            ),
            may_lie_ahead=True,
        ),
        Field(
            "account_id",
            "text",
            "required",
            "identity",
            _names(
                "Cust|Cust#|Cust No|Cust ID|Customer ID|Customer #|Customer No|Customer Number|Customer Code",
                "Account|Account #|Account No|Account Number|Acct|Acct No",
                "Sold To ID|Ship To ID|Customer|Sold To",
                "Kundennr|Kundennummer|Kunden-ID|Kunden Nr|Debitor|Debitorennr|Kunde",
                "Code client|N° client|Numéro client|Compte client|Client",
                "Código cliente|Código de cliente|Nº cliente|Número de cliente|Cliente",
                "Codice cliente|Cod cliente|N. cliente|Cliente",
                "Klantnr|Klantnummer|Klantcode|Debiteurnr|Debiteurnummer|Klant",
                "Nr klienta|Numer klienta|Kod klienta|Kod kontrahenta|Klient|Kontrahent",
            ),
            identifies=True,
        ),
        Field(
            "account_name",
            "text",
            "by_agreement",
            "identity",
            _names(
                "Cust Name|Customer Name|Ship To Name|Sold To Name|Ship To",
                "End User|End User Name|End Customer",
                "Company|Company Name|Customer|Sold To",
                "Kunde|Kundenname|Firma|Firmenname|Empfänger|Warenempfänger",
                "Client|Nom client|Nom du client|Raison sociale|Société",
                "Cliente|Nombre cliente|Nombre del cliente|Razón social",
                "Cliente|Nome cliente|Ragione sociale",
                "Klant|Klantnaam|Bedrijfsnaam",
                "Klient|Kontrahent|Nazwa klienta|Nazwa kontrahenta|Nazwa firmy",
            ),
        ),
        Field(
            "account_type",
            "text",
            "optional",
            "volume",
            _names(
                "Cust Type|Customer Type|Type|Customer Class|Class of Trade|Channel",
                "Kundenart|Kundentyp|Kundengruppe|Typ",
                "Type|Type client|Type de client|Catégorie client",
                "Tipo|Tipo cliente|Tipo de cliente",
                "Tipo|Tipo cliente|Categoria cliente",
                "Type|Klanttype|Klantsoort|Klantgroep",
                "Typ|Typ klienta|Rodzaj klienta",
            ),
        ),
        Field(
            "industry",
            "text",
            "optional",
            "volume",
            _names(
                "Industry Code|Sector|SIC|SIC Code|NAICS|NAICS Code|NACE",
                "Branche|Branchenschlüssel|Industrie|WZ-Code",
                "Secteur|Secteur d'activité|Code NAF|Code APE",
                "Sector|Industria|CNAE",
                "Settore|Codice ATECO|ATECO",
                "Branche|Sector|SBI-code",
                "Branża|Sektor|PKD",
            ),
        ),
        Field(
            "account_street",
            "text",
            "by_agreement",
            "identity",
            _names(
                "Street|Street Address|Address|Address 1|Address Line 1|Ship To Address|Ship To Street",
                "Straße|Strasse|Str|Anschrift|Adresse|Straße und Hausnummer",
                "Rue|Adresse|Adresse 1",
                "Calle|Dirección|Domicilio",
                "Via|Indirizzo",
                "Straat|Adres|Straat en huisnummer",
                "Ulica|Adres",
            ),
        ),
        Field(
            "account_city",
            "text",
            "by_agreement",
            "identity",
            _names(
                "City|Town|Ship To City|Customer City",
                "Ort|Stadt|Wohnort|Lieferort",
                "Ville|Commune",
                "Ciudad|Población|Localidad",
                "Città|Località|Comune",
                "Plaats|Stad|Woonplaats",
                "Miasto|Miejscowość",
            ),
        ),
        Field(
            "account_region",
            "text",
            "by_agreement",
            "identity",
            _names(
                "Region|State|Province|County|Ship To State|St|State/Province",
                "Bundesland|Region|Kanton",
                "Département|Région|Canton",
                "Provincia|Región|Comunidad autónoma|Estado",
                "Provincia|Regione|Prov",
                "Provincie|Regio",
                "Województwo|Region",
            ),
        ),
        Field(
            "account_postal_code",
            "text",
            "by_agreement",
            "identity",
            _names(
                "Zip|Zip Code|Postal|Postal Code|Post Code|Postcode|Ship To Zip|Ship To Postal Code",
                "PLZ|Postleitzahl",
                "Code postal|CP",
                "Código postal|CP",
                "CAP|Codice postale",
                "Postcode",
                "Kod pocztowy",
            ),
            identifies=True,
        ),
        Field(
            "account_country",
            "text",
            "by_agreement",
            "identity",
            _names(
                "Country|Country Code|Ship To Country|Ctry",
                "Land|Ländercode|Länderkennzeichen",
                "Pays|Code pays",
                "País|Código país",
                "Paese|Nazione|Stato",
                "Land|Landcode",
                "Kraj|Kod kraju",
            ),
        ),
        Field(
            "sku",
            "text",
            "required",
            "volume",
            _names(
                "Mfr Part#|Mfr Part|Mfr Part No|Manufacturer Part Number|Mfg Part No|MPN|Part|Part#|Part No",
                "Part Number|Catalog No|Catalog Number|Cat No|Cat#|Vendor Item",
                "Item|Item#|Item No|Item Number",
                "Item Code|Product Code|Product ID|Product No|Product|Stock Code",
                "Article|Article No|GTIN|EAN|UPC",
                "Artikelnr|Artikelnummer|Artikel|Artikel Nr|Herstellernummer|Hersteller-Artikelnr|Materialnr",
                "Materialnummer|Sachnummer|Bestellnummer Hersteller",
                "Référence|Réf|Réf article|Référence article",
                "Code article|Référence fabricant|Référence produit",
                "Referencia|Ref|Código artículo|Código de artículo|Código producto|Artículo",
                "Codice articolo|Cod articolo|Articolo|Codice prodotto|Codice",
                "Artikelcode|Productcode|Fabrikantcode",
                "Indeks|Kod towaru|Kod produktu|Numer katalogowy|Nr katalogowy|Symbol",
            ),
            identifies=True,
        ),
        Field(
            "product_name",
            "text",
            "optional",
            "volume",
            _names(
                "Description|Desc|Item Description|Item Desc|Product Description|Part Description|Product",
                "Bezeichnung|Artikelbezeichnung|Beschreibung|Produkt|Produktname|Artikeltext",
                "Désignation|Libellé|Description|Produit|Désignation article|Libellé article",
                "Descripción|Producto|Nombre producto|Denominación",
                "Descrizione|Prodotto|Descrizione articolo",
                "Omschrijving|Artikelomschrijving|Productnaam|Beschrijving",
                "Opis|Nazwa towaru|Nazwa produktu|Towar",
            ),
        ),
        Field(
            "quantity",
            "decimal",
            "required",
            "volume",
            _names(
                "Qty|Qty Shp|Qty Shipped|Quantity Shipped|Ship Qty|Shipped Qty|Qty Sold|Quantity Sold|Units",
                "Units Sold|Pieces|Pcs|Shipped|Delivered",
                "Menge|Stück|Stückzahl|Anzahl|Liefermenge|Verkaufsmenge",
                "Qté|Quantité|Qté livrée|Quantité livrée|Nombre",
                "Cantidad|Cant|Unidades",
                "Quantità|Qtà|Q.tà|Pezzi",
                "Aantal|Hoeveelheid|Stuks",
                "Ilość|Liczba|Sztuki|Szt",
            ),
            basis="line",
            never_zero=True,
        ),
        Field(
            "list_price",
            "decimal",
            "by_agreement",
            "price",
            _names(
                "List|List Price Each|Unit List Price|Unit List|Catalog Price|MSRP|Gross Unit Price",
                "Listenpreis|Katalogpreis|Bruttopreis|UVP",
                "Prix tarif|Tarif|Prix catalogue|Prix liste|Prix brut",
                "Precio lista|Precio de lista|Precio tarifa|PVP|Tarifa",
                "Prezzo di listino|Prezzo listino|Listino",
                "Lijstprijs|Catalogusprijs|Brutoprijs|Adviesprijs",
                "Cena katalogowa|Cena cennikowa|Cena bazowa",
            ),
            basis="unit",
        ),
        Field(
            "discount_amount",
            "decimal",
            "by_agreement",
            "price",
            _names(
                "Disc|Discount|Disc Amt|Disc Amount|Discount Amt|Line Discount",
                "Rabatt|Rabattbetrag|Nachlass|Rabattwert",
                "Remise|Montant remise|Rabais",
                "Descuento|Importe descuento|Dto",
                "Sconto|Importo sconto",
                "Korting|Kortingsbedrag",
                "Rabat|Kwota rabatu|Upust",
            ),
            basis="line",
        ),
        Field(
            "net_amount",
            "decimal",
            "by_agreement",
            "price",
            _names(
                "Ext|Ext Resale|Extended|Extended Resale|Ext Price",
                "Extended Price|Extended Value|Ext Amount|Net",
                "Extended Amount|Net Sales|Net Value|Line Total|Line Amount",
                "Resale|Sales Amount|Amount|Net Amt",
                "Netto|Nettobetrag|Nettowert|Nettoumsatz|Umsatz|Positionswert|Betrag",
                "Montant net|Montant|Montant HT|Total HT|CA net|Net HT",
                "Importe neto|Importe|Neto|Base imponible|Venta neta",
                "Importo netto|Importo|Imponibile|Netto|Totale riga",
                "Nettobedrag|Netto|Bedrag|Omzet|Regelbedrag",
                "Wartość netto|Kwota netto|Netto|Wartość|Kwota",
            ),
            basis="line",
        ),
        Field(
            "unit_cost",
            "decimal",
            "optional",
            "price",
            _names(
                "Cost|Book Cost|Cost Each|Unit Book Cost|Std Cost|Standard Cost|Dist Cost|Into Stock Cost",
                "Einstand|Einstandspreis|EK|EK-Preis|Einkaufspreis|Selbstkosten|Stückkosten",
                "Coût|Coût unitaire|Prix de revient|Prix d'achat|Coût de revient",
                "Coste|Costo|Coste unitario|Costo unitario|Precio de coste",
                "Costo|Costo unitario|Prezzo di acquisto",
                "Kostprijs|Inkoopprijs|Kosten per stuk",
                "Koszt|Koszt jednostkowy|Cena zakupu",
            ),
            basis="unit",
        ),
        Field(
            "freight",
            "decimal",
            "optional",
            "price",
            _names(
                "Freight Amount|Frt|Shipping|Shipping Cost|Shipping Charge|Carriage|Delivery Charge",
                "Fracht|Frachtkosten|Versandkosten|Lieferkosten",
                "Port|Frais de port|Transport|Frais de transport",
                "Portes|Flete|Gastos de envío|Transporte",
                "Trasporto|Spese di trasporto|Nolo|Porto",
                "Vracht|Vrachtkosten|Verzendkosten",
                "Fracht|Koszt wysyłki|Koszt transportu|Transport",
            ),
            basis="line",
        ),
        Field(
            "currency",
            "text",
            "by_agreement",
            "price",
            _names(
                "Cur|Curr|Ccy|Currency Code|Curr Code",
                "Währung|Waehrung|Whg|Währungscode",
                "Devise|Monnaie|Code devise",
                "Moneda|Divisa",
                "Valuta|Divisa",
                "Valuta|Munt|Valutacode",
                "Waluta|Kod waluty",
            ),
        ),
        Field(
            "salesperson",
            "text",
            "optional",
            "contacts",
            _names(
                "Rep|Sales Rep|Salesman|Rep Name|Sales Person|Outside Sales|Account Manager",
                "Verkäufer|Verkaeufer|Vertreter|Außendienst|Vertriebsmitarbeiter|Betreuer",
                "Commercial|Vendeur|Représentant",
                "Vendedor|Comercial|Representante",
                "Venditore|Agente|Commerciale",
                "Verkoper|Vertegenwoordiger|Accountmanager",
                "Handlowiec|Sprzedawca|Przedstawiciel",
            ),
        ),
        Field(
            "promotion",
            "text",
            "optional",
            "price",
            _names(
                "Promo|Promo Code|Promotion Code|Promotion Name|Campaign|Special Offer|Deal",
                "Aktion|Aktionscode|Kampagne|Sonderaktion",
                "Opération|Promotion|Code promo|Offre",
                "Promoción|Campaña|Oferta",
                "Promozione|Offerta|Campagna",
                "Actie|Actiecode|Promotie|Campagne",
                "Promocja|Akcja|Kampania",
            ),
        ),
        Field(
            "po_number",
            "text",
            "optional",
            "identity",
            _names(
                "PO|PO#|Ref|PO No|PO Nbr|Cust PO",
                "Customer PO|Customer PO Number|Purchase Order|Purchase Order No",
                "Bestellnr|Bestellnummer|Bestellung|Kundenbestellnr|Kundenbestellnummer",
                "N° commande|Numéro de commande|Commande|Commande client|Bon de commande",
                "Nº pedido|Número de pedido|Pedido|Pedido cliente|Orden de compra",
                "N. ordine|Numero ordine|Ordine|Ordine cliente",
                "Bestelnr|Bestelnummer|Inkooporder|Inkoopordernr",
                "Nr zamówienia|Numer zamówienia|Zamówienie|Zamówienie klienta",
            ),
            identifies=True,
        ),
        Field(
            "order_number",
            "text",
            "optional",
            "identity",
            _names(
                "Order|Order#|Order No|Order Nbr|Sales Order|Sales Order No|SO#|SO No|SO Number",
                "Auftrag|Auftragsnr|Auftragsnummer|Verkaufsauftrag",
                "N° ordre|Ordre de vente",
                "Orden de venta|Nº orden",
                "Ordine di vendita|Numero ordine di vendita",
                "Ordernr|Ordernummer|Verkooporder",
                "Nr zlecenia|Zlecenie",
            ),
            identifies=True,
        ),
        Field(
            "transaction_type",
            "text",
            "by_agreement",
            "volume",
            _names(
                "Trans Type|Tran Type|Txn Type|Line Type|Sale Type|Document Type|Doc Type|Type|PTD",
                "Belegart|Vorgangsart|Transaktionsart|Bewegungsart|Typ",
                "Type mouvement|Type de transaction|Type de pièce|Type",
                "Tipo transacción|Tipo de documento|Tipo movimiento|Tipo",
                "Tipo movimento|Tipo documento|Tipo transazione|Tipo",
                "Transactietype|Transactiesoort|Boekingssoort|Type",
                "Typ transakcji|Rodzaj transakcji|Typ dokumentu|Typ",
            ),
        ),
        Field(
            "return_reason",
            "text",
            "optional",
            "identity",
            _names(
                "Return Reason Code|Reason|Reason Code|RMA Reason|Credit Reason",
                "Retourengrund|Rückgabegrund|Reklamationsgrund|Grund",
                "Motif retour|Motif de retour|Motif",
                "Motivo devolución|Motivo de devolución|Motivo",
                "Motivo reso|Causale reso|Causale",
                "Retourreden|Reden retour|Reden",
                "Powód zwrotu|Przyczyna zwrotu|Powód",
            ),
        ),
    ),
)

FEEDS: dict[str, Feed] = {_SELL_THROUGH.key: _SELL_THROUGH}
