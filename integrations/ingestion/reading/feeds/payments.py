"""Invoices and payments: what was due when, and when it was paid. An open invoice has no paid date."""

from dataclasses import replace

from integrations.ingestion.reading.feeds.sell_through import SELL_THROUGH
from integrations.ingestion.reading.fields import Feed, Field, names

_SOLD = SELL_THROUGH.by_key

PAYMENTS = Feed(
    "payments",
    (
        replace(_SOLD["account_id"], category="payments"),
        replace(_SOLD["invoice_number"], category="payments"),
        replace(_SOLD["invoice_date"], category="payments"),
        Field(
            "due_date",
            "date",
            "by_agreement",
            "payments",
            names(
                "Due|Due On|Due Dt|Payment Due|Net Due Date",
                "Fällig|Fällig am|Fälligkeit|Fälligkeitsdatum|Zahlungsziel",
                "Échéance|Date échéance|Date d'échéance",
                "Vencimiento|Fecha vencimiento|Fecha de vencimiento",
                "Scadenza|Data scadenza",
                "Vervaldatum|Vervalt op",
                "Termin płatności",
            ),
            may_lie_ahead=True,
        ),
        Field(
            "paid_date",
            "date",
            "by_agreement",
            "payments",
            names(
                "Paid|Paid On|Payment Date|Date Paid|Cleared|Clearing Date",
                "Bezahlt|Bezahlt am|Zahlungsdatum|Ausgleichsdatum",
                "Payé le|Date paiement|Date de paiement|Réglé le",
                "Pagado|Fecha pago|Fecha de pago",
                "Pagato|Data pagamento",
                "Betaald|Betaald op|Betaaldatum",
                "Zapłacono|Data zapłaty",
            ),
        ),
        Field(
            "amount",
            "decimal",
            "required",
            "payments",
            names(
                "Amt|Invoice Amount|Inv Amt|Open Amount|Total|Gross Amount|Invoice Total",
                "Betrag|Rechnungsbetrag|Bruttobetrag",
                "Montant|Montant TTC|Total TTC",
                "Importe|Importe total|Total factura",
                "Importo|Totale fattura",
                "Bedrag|Factuurbedrag",
                "Kwota|Kwota faktury",
            ),
            basis="line",
        ),
        replace(_SOLD["currency"], category="payments"),
        Field(
            "deduction",
            "decimal",
            "optional",
            "payments",
            names(
                "Deducted|Deduction Amount|Short Paid|Abzug|Skonto|Escompte|Déduction|Deducción",
                "Detrazione|Korting bij betaling",
            ),
            basis="line",
        ),
        Field(
            "deduction_code",
            "text",
            "optional",
            "payments",
            names("Deduction Reason|Reason Code|Abzugsgrund"),
        ),
        Field(
            "terms_days",
            "integer",
            "optional",
            "payments",
            names("Terms|Net Days|Payment Terms|Zahlungsziel Tage|Délai|Plazo|Giorni|Betaaltermijn|Dni"),
        ),
    ),
    always=("invoice_date",),
    summed=("amount",),
)
