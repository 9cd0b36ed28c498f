"""The maker's invented distributors, its own direct sales among them."""

from dataclasses import dataclass

from integrations.simulator.shapes import FRENCH_WORKBOOK, GERMAN, PLAIN, POLISH, TRADE_WORKBOOK, Shape


@dataclass(frozen=True)
class Distributor:
    """Who resells. `rate` is units of its currency for one EUR, `share` its part of all lines (relative).

    `messy`: its file, of delimited text, holds the slips that real files hold (see `mess`).
    """

    slug: str
    name: str
    country: str
    currency: str
    time_zone: str
    rate: float
    share: float
    shape: Shape
    warehouses: int = 1
    messy: bool = False

    @property
    def prefix(self) -> str:
        """What its numbers begin with; no two distributors have the same."""
        return self.slug[:2].upper()


DIRECT = "direct"
# The first six are the demo. Workbooks are slow to write and to read, so their senders are the smaller ones.
ROSTER = (
    Distributor(DIRECT, "Aldenmark direct sales", "NL", "EUR", "Europe/Amsterdam", 1.0, 1.0, PLAIN),
    Distributor("tannforst", "Tannforst Werkzeughandel", "DE", "EUR", "Europe/Berlin", 1.0, 1.2, GERMAN, 2),
    Distributor("valbrune", "Outillage Valbrune", "FR", "EUR", "Europe/Paris", 1.0, 0.8, FRENCH_WORKBOOK),
    Distributor(
        "pennick", "Pennick Engineering Supplies", "GB", "GBP", "Europe/London", 0.86, 0.8, TRADE_WORKBOOK
    ),
    Distributor("wrzosek", "Narzędzia Wrzosek", "PL", "PLN", "Europe/Warsaw", 4.3, 1.0, POLISH, messy=True),
    Distributor("lakeford", "Lakeford Tool & Abrasive", "US", "USD", "America/Chicago", 1.08, 1.2, PLAIN, 2),
    Distributor("granvik", "Granvik Verktyg", "SE", "SEK", "Europe/Stockholm", 11.2, 1.0, PLAIN, messy=True),
    Distributor("montelba", "Utensileria Montelba", "IT", "EUR", "Europe/Rome", 1.0, 1.0, POLISH, messy=True),
    Distributor("ardoro", "Herramientas Ardoro", "ES", "EUR", "Europe/Madrid", 1.0, 1.0, POLISH),
    Distributor("eibenhain", "Eibenhain Industriebedarf", "DE", "EUR", "Europe/Berlin", 1.0, 1.2, GERMAN, 2),
    Distributor(
        "saltgrass",
        "Saltgrass Industrial Supply",
        "US",
        "USD",
        "America/Denver",
        1.08,
        1.2,
        PLAIN,
        2,
        messy=True,
    ),
    Distributor("thornwick", "Thornwick Cutting Tools", "GB", "GBP", "Europe/London", 0.86, 1.0, PLAIN),
    Distributor("kaszuba", "Kaszuba Technika", "PL", "PLN", "Europe/Warsaw", 4.3, 1.0, POLISH, messy=True),
    Distributor(
        "copperline", "Copperline Machining", "US", "USD", "America/Los_Angeles", 1.08, 1.2, PLAIN, 2
    ),
)
