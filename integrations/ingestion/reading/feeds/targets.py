"""Targets by month: of a customer, a family or the whole, in units or money. They stay with who sent them."""

from dataclasses import replace

from integrations.ingestion.reading.feeds.sell_through import SELL_THROUGH
from integrations.ingestion.reading.fields import Feed, Field, names

_SOLD = SELL_THROUGH.by_key

TARGETS = Feed(
    "targets",
    (
        Field(
            "month",
            "date",
            "required",
            "volume",
            names("Period|Date|From|Monat|Periode|Mois|Période|Mes|Periodo|Mese|Maand|Miesiąc"),
            may_lie_ahead=True,
        ),
        Field(
            "measure",
            "text",
            "by_agreement",
            "volume",
            names("Target Type|Type|Kind|Kennzahl|Mesure|Medida|Misura"),
        ),
        Field(
            "target",
            "decimal",
            "required",
            "price",
            names(
                "Target Value|Quota|Goal|Plan|Budget|Amount|Ziel|Soll|Objectif|Objetivo|Obiettivo|Doel|Cel"
            ),
            basis="line",
        ),
        replace(_SOLD["currency"], requirement="optional"),
        replace(_SOLD["account_id"], requirement="optional"),
        Field(
            "family",
            "text",
            "optional",
            "volume",
            names(
                "Product Family|Family Name|Product Group|Warengruppe|Produktfamilie|Famille|Familia",
                "Famiglia|Productgroep",
            ),
        ),
        _SOLD["salesperson"],
    ),
    always=("month",),
    summed=("target",),
)
