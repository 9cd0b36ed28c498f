"""The account master: who the customers are, on what terms they buy, and what else is known of them."""

from dataclasses import replace

from integrations.ingestion.reading.feeds.sell_through import SELL_THROUGH
from integrations.ingestion.reading.fields import Feed, Field, names

_SOLD = SELL_THROUGH.by_key

ACCOUNTS = Feed(
    "accounts",
    (
        _SOLD["account_id"],
        *(
            _SOLD[key]
            for key in (
                "account_name",
                "account_street",
                "account_city",
                "account_region",
                "account_postal_code",
                "account_country",
                "account_type",
                "industry",
            )
        ),
        Field(
            "parent_account",
            "text",
            "optional",
            "identity",
            names("Parent|Parent ID|Parent No|Group|Konzern|Mutter|Groupe|Grupo|Gruppo"),
        ),
        Field(
            "tax_number",
            "text",
            "optional",
            "identity",
            names("VAT|VAT No|Tax ID|DUNS|D-U-N-S|USt-IdNr|N° TVA|SIREN|NIF|CIF|P. IVA|BTW-nr|NIP"),
            identifies=True,
        ),
        Field(
            "terms_days",
            "integer",
            "by_agreement",
            "payments",
            names(
                "Terms|Net Days|Payment Terms|Payment Terms Days|Zahlungsziel|Délai de paiement",
                "Plazo de pago|Giorni pagamento|Betaaltermijn",
            ),
        ),
        Field(
            "credit_limit",
            "decimal",
            "by_agreement",
            "payments",
            names(
                "Credit Line|Limit|Kreditlimit|Limite de crédit|Encours autorisé|Límite de crédito",
                "Fido|Kredietlimiet|Limit kredytowy",
            ),
            basis="line",
        ),
        replace(_SOLD["currency"], category="payments"),
    ),
    keeps_others=True,
)
