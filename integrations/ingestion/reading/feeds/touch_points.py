"""Touch points: calls, visits and what customers did on the web."""

from dataclasses import replace

from integrations.ingestion.reading.feeds.sell_through import SELL_THROUGH
from integrations.ingestion.reading.fields import Feed, Field, names

TOUCH_POINTS = Feed(
    "touch_points",
    (
        replace(SELL_THROUGH.by_key["account_id"], category="service"),
        Field(
            "touched_on",
            "date",
            "required",
            "service",
            names(
                "Date|Touch Date|Activity Date|Visited|Visit Date|Call Date|Datum|Besuchsdatum|Date visite|Fecha|Data"
            ),
        ),
        Field(
            "channel",
            "text",
            "required",
            "service",
            names(
                "Type|Kind|Activity|Activity Type|Touch Point|Kanal|Art|Aktivität|Canal|Tipo|Canale|Kanaal|Kanał"
            ),
        ),
        Field(
            "minutes",
            "integer",
            "optional",
            "service",
            names("Duration|Duration Minutes|Length|Dauer|Durée|Duración|Durata|Duur"),
        ),
        Field("salesperson", "text", "optional", "contacts", SELL_THROUGH.by_key["salesperson"].aliases),
        Field(
            "contact",
            "text",
            "optional",
            "contacts",
            names(
                "Contact Name|Person|Contact Person|Ansprechpartner|Interlocuteur|Contacto|Contatto|Contactpersoon"
            ),
        ),
        Field(
            "note",
            "text",
            "optional",
            "contacts",
            names("Notes|Comment|Comments|Notiz|Bemerkung|Remarque|Nota|Opmerking|Uwaga"),
        ),
    ),
    always=("touched_on",),
)
