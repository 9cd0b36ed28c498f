"""Returns with their reasons: lines that come back, of an invoice where it is known."""

from dataclasses import replace

from integrations.ingestion.reading.feeds.sell_through import SELL_THROUGH
from integrations.ingestion.reading.fields import Feed, Field, names

_SOLD = SELL_THROUGH.by_key

RETURNS = Feed(
    "returns",
    (
        Field(
            "return_number",
            "text",
            "required",
            "identity",
            names(
                "RMA|RMA#|RMA No|RGA|Return No|Return #|Credit Memo|Credit Memo No|Credit Note|CM#",
                "Retourennr|Retourennummer|Gutschrift|Gutschriftsnr|Gutschriftsnummer",
                "N° retour|Avoir|N° avoir|Numéro avoir",
                "Nº devolución|Abono|Nota de crédito",
                "Numero reso|Nota di credito",
                "Retournr|Retournummer|Creditnota",
                "Nr zwrotu|Korekta|Nr korekty",
            ),
            identifies=True,
        ),
        Field(
            "return_date",
            "date",
            "required",
            "volume",
            names(
                "Returned|Returned On|Date Returned|Return Dt|Credit Date|Date|Retourendatum",
                "Rückgabedatum|Gutschriftsdatum",
                "|Date retour|Date avoir|Fecha devolución|Data reso|Retourdatum|Data zwrotu",
            ),
        ),
        _SOLD["account_id"],
        _SOLD["sku"],
        replace(
            _SOLD["quantity"],
            aliases=names(
                "Qty|Qty Returned|Returned Qty|Units|Menge|Retourenmenge|Qté|Quantité|Cantidad"
                "|Quantità|Aantal|Ilość"
            ),
        ),
        _SOLD["unit"],
        Field(
            "credit_amount",
            "decimal",
            "by_agreement",
            "price",
            names(
                "Credit|Credit Value|Credited|Credit Amt|Gutschriftsbetrag|Betrag|Montant",
                "Montant avoir|Importe|Importo|Bedrag|Kwota",
            ),
            basis="line",
        ),
        _SOLD["currency"],
        replace(_SOLD["return_reason"], requirement="by_agreement"),
        Field(
            "condition",
            "text",
            "optional",
            "identity",
            names("Cond|State|Zustand|État|Estado|Condizione|Staat|Stan"),
        ),
        Field(
            "original_invoice",
            "text",
            "optional",
            "identity",
            names(
                "Original Invoice|Orig Inv|Orig Inv#|Invoice|Invoice No|Inv#|Ursprungsrechnung",
                "Rechnungsnr|Facture d'origine|Facture",
                "|Factura original|Fattura originale|Oorspronkelijke factuur|Faktura pierwotna",
            ),
            identifies=True,
        ),
        Field(
            "original_line",
            "integer",
            "optional",
            "volume",
            names("Original Line|Orig Line|Invoice Line|Rechnungsposition"),
        ),
    ),
    always=("return_date",),
    summed=("quantity", "credit_amount"),
)
