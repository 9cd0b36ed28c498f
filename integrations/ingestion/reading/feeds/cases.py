"""Service cases and feedback: what customers asked, how soon it was answered, and how content they were."""

from dataclasses import replace

from integrations.ingestion.reading.feeds.sell_through import SELL_THROUGH
from integrations.ingestion.reading.fields import Feed, Field, names


def _score(key: str, lowest: int, highest: int, *aliases: str) -> Field:
    return Field(key, "integer", "optional", "service", names(*aliases), within=(lowest, highest))


CASES = Feed(
    "cases",
    (
        replace(SELL_THROUGH.by_key["account_id"], category="service"),
        Field(
            "case_number",
            "text",
            "optional",
            "service",
            names(
                "Case|Case#|Case No|Ticket|Ticket#|Ticket No|Vorgang|Vorgangsnr|Fall|N° dossier",
                "Dossier|Caso|Zaaknr|Zgłoszenie",
            ),
            identifies=True,
        ),
        Field(
            "opened_at",
            "date",
            "required",
            "service",
            names(
                "Opened|Opened On|Open Date|Created|Created On|Date|Eröffnet|Eröffnet am|Ouvert le",
                "Abierto|Aperto|Geopend|Otwarto",
            ),
        ),
        Field(
            "topic",
            "text",
            "by_agreement",
            "service",
            names("Subject|Category|Reason|Type|Thema|Betreff|Sujet|Asunto|Oggetto|Onderwerp|Temat"),
        ),
        Field(
            "first_response_at",
            "date",
            "optional",
            "service",
            names("First Response|First Reply|Responded|Erste Antwort|Première réponse|Primera respuesta"),
        ),
        Field(
            "resolved_at",
            "date",
            "by_agreement",
            "service",
            names(
                "Resolved|Resolved On|Closed|Closed On|Close Date|Gelöst|Geschlossen|Résolu le|Clos le",
                "Resuelto|Risolto|Opgelost|Zamknięto",
            ),
        ),
        _score("csat", 1, 5, "CSAT Score|Satisfaction|Zufriedenheit"),
        _score("nps", 0, 10, "NPS Score|Recommendation|Weiterempfehlung"),
        _score("ces", 1, 7, "CES Score|Effort|Aufwand"),
        Field(
            "text",
            "text",
            "optional",
            "identity",
            names(
                "Comment|Comments|Verbatim|Description|Notes|Kommentar|Text|Commentaire|Comentario|Commento"
            ),
        ),
    ),
    always=("opened_at",),
)
