"""The shapes in which distributors send their files: the columns are the same, everything else differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from integrations.simulator.workbook import EMPTY_CELL, date_cell, number_cell, text_cell, write_workbook

COLUMNS = (
    "invoice_number",
    "line_number",
    "invoice_date",
    "promised_date",
    "ship_date",
    "account_id",
    "account_name",
    "account_type",
    "industry",
    "account_city",
    "account_region",
    "account_postal_code",
    "account_country",
    "sku",
    "product_name",
    "quantity",
    "list_price",
    "discount_amount",
    "net_amount",
    "unit_cost",
    "freight",
    "currency",
    "salesperson",
    "promotion",
    "po_number",
    "return_reason",
)


@dataclass(frozen=True)
class CsvShape:
    """Delimited text."""

    headings: tuple[str, ...]
    delimiter: str = ","
    decimal: str = "."
    date_format: str = "%Y-%m-%d"
    encoding: str = "utf-8"
    newline: str = "\n"
    suffix: str = ".csv"

    @property
    def separator(self) -> str:
        return self.delimiter

    def text(self, value: str) -> str:
        """Return a field, quoted where it must be."""
        if self.delimiter in value or '"' in value or "\n" in value:
            return '"' + value.replace('"', '""') + '"'
        return value

    def whole(self, value: int) -> str:
        return str(value)

    def money(self, cents: int) -> str:
        amount = f"{cents / 100:.2f}"
        return amount if self.decimal == "." else amount.replace(".", self.decimal)

    def invoice_day(self, day: date) -> str:
        return day.strftime(self.date_format)

    def other_day(self, day: date) -> str:
        return day.strftime(self.date_format)

    def write(self, path: Path, rows: Sequence[str]) -> None:
        """Write the headings and the rows."""
        head = self.delimiter.join(self.headings)
        with path.open("w", encoding=self.encoding, newline=self.newline) as file:
            file.write("\n".join([head, *rows, ""]))


@dataclass(frozen=True)
class WorkbookShape:
    """A spreadsheet. `titles`: lines above the headings. `subtotals`: a SUBTOTAL row after every day."""

    headings: tuple[str, ...]
    sheet: str
    titles: bool = False
    real_dates: bool = False
    subtotals: bool = False
    suffix: str = ".xlsx"
    separator: str = ""

    def text(self, value: str) -> str:
        return text_cell(value) if value else EMPTY_CELL

    def whole(self, value: int) -> str:
        return number_cell(str(value))

    def money(self, cents: int) -> str:
        return number_cell(f"{cents / 100:.2f}")

    def invoice_day(self, day: date) -> str:
        return date_cell(day) if self.real_dates else text_cell(day.strftime("%d/%m/%Y"))

    def other_day(self, day: date) -> str:
        return date_cell(day) if self.real_dates else text_cell(day.isoformat())

    def subtotal(self, day: date, quantity: int, net: int) -> str:
        """Return the row that closes a day: a label, the units and the net amount, the rest empty."""
        cells = [EMPTY_CELL] * len(self.headings)
        cells[0] = text_cell(f"SUBTOTAL {day:%d/%m/%Y}")
        cells[COLUMNS.index("quantity")] = self.whole(quantity)
        cells[COLUMNS.index("net_amount")] = self.money(net)
        return "".join(cells)

    def write(self, path: Path, rows: Sequence[str], name: str, until: date) -> None:
        """Write the titles, the headings and the rows."""
        above = []
        if self.titles:
            above = [text_cell(f"Rapport des ventes — {name}"), text_cell(f"Période : jusqu’au {until}"), ""]
        head = "".join(text_cell(heading) for heading in self.headings)
        write_workbook(path, self.sheet, [*above, head, *rows])


Shape = CsvShape | WorkbookShape

PLAIN = CsvShape(COLUMNS)
# English headings, but the numbers and dates of a Polish, Italian or Spanish system, as Excel saves them.
POLISH = CsvShape(COLUMNS, delimiter=";", decimal=",", date_format="%d.%m.%Y", encoding="utf-8-sig")
GERMAN = CsvShape(
    (
        "Rechnungsnr",
        "Pos",
        "Rechnungsdatum",
        "Zugesagt",
        "Lieferdatum",
        "Kundennr",
        "Kunde",
        "Kundenart",
        "Branche",
        "Ort",
        "Bundesland",
        "PLZ",
        "Land",
        "Artikelnr",
        "Bezeichnung",
        "Menge",
        "Listenpreis",
        "Rabatt",
        "Netto",
        "Einstand",
        "Fracht",
        "Währung",
        "Verkäufer",
        "Aktion",
        "Bestellnr",
        "Retourengrund",
    ),
    delimiter=";",
    decimal=",",
    date_format="%d.%m.%Y",
    encoding="cp1252",
    newline="\r\n",
)
FRENCH_WORKBOOK = WorkbookShape(
    (
        "N° facture",
        "Ligne",
        "Date facture",
        "Date promise",
        "Date expédition",
        "Code client",
        "Client",
        "Type",
        "Secteur",
        "Ville",
        "Département",
        "Code postal",
        "Pays",
        "Référence",
        "Désignation",
        "Qté",
        "Prix tarif",
        "Remise",
        "Montant net",
        "Coût",
        "Port",
        "Devise",
        "Commercial",
        "Opération",
        "N° commande",
        "Motif retour",
    ),
    sheet="Ventes",
    titles=True,
    real_dates=True,
)
TRADE_WORKBOOK = WorkbookShape(
    (
        "Inv#",
        "Ln",
        "Inv Dt",
        "promised_date",
        "ship_date",
        "Cust",
        "Ship To Name",
        "account_type",
        "industry",
        "account_city",
        "account_region",
        "Post Code",
        "account_country",
        "Mfr Part#",
        "Description",
        "Qty Shp",
        "List",
        "Disc",
        "Ext Resale",
        "Book Cost",
        "freight",
        "currency",
        "Rep",
        "promotion",
        "po_number",
        "RMA Reason",
    ),
    sheet="POS",
    subtotals=True,
)
