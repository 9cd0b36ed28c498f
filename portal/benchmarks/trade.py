"""A distributor's file of any length, the same each time: 15 columns, in the order in which invoices are written.

Customers order again and again from assortments of their own, in two or three families; some order much more than
others.
"""

import csv
import datetime as dt
import random
from pathlib import Path

FAMILIES, PRODUCTS, ACCOUNTS, DAYS = 12, 2_000, 5_000, 730
ASSORTMENT = 20  # products of each of a customer's two ranges
DAILY_ROWS = 10_000
HEADINGS = (
    "Invoice No", "Line", "Invoice Date", "Customer No", "Customer Name", "City", "State", "Zip", "Country", "Part No",
    "Qty", "List Price", "Discount", "Net Amount", "Currency",
)  # fmt: skip
_FIRST_DAY = dt.date(2024, 1, 1)
_CITIES = (("Seattle", "WA", "98"), ("Austin", "TX", "78"), ("Boston", "MA", "02"), ("Denver", "CO", "80"))


def write_catalogue(path: Path) -> None:
    """The maker's products, in families."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sku", "product_name", "family", "category", "list_price", "unit_cost"])
        for number in range(PRODUCTS):
            price = _cents(number)
            family = f"Family {number * FAMILIES // PRODUCTS}"
            writer.writerow(
                [_sku(number), f"Product {number}", family, "All", _money(price), _money(price // 2)]
            )


def write_lines(path: Path, rows: int, after: int = 0) -> None:
    """So many lines, whose invoices begin after those of `after` lines, on the days that follow them."""
    draw = random.Random(after).randrange  # noqa: S311
    accounts = [(_account(number), _assortment(number)) for number in range(ACCOUNTS)]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        row = 0
        while row < rows:
            invoice = f"INV{10_000_000 + after + row}"
            day = _FIRST_DAY + dt.timedelta(days=DAYS if after else row * DAYS // rows)
            account, assortment = accounts[min(draw(ACCOUNTS), draw(ACCOUNTS))]
            for line in range(1, min(1 + draw(9), rows - row) + 1):
                product, quantity = assortment[draw(len(assortment))], 1 + draw(50)
                gross = _cents(product) * quantity
                discount = gross * draw(5) * 5 // 100
                writer.writerow(
                    [invoice, line, day, *account, _sku(product), quantity, _money(_cents(product)), _money(discount),
                     _money(gross - discount), "USD"]
                )  # fmt: skip
                row += 1


def _account(number: int) -> tuple[str, ...]:
    city, state, area = _CITIES[number % len(_CITIES)]
    return f"C{number:05}", f"Customer {number}", city, state, f"{area}{number % 1000:03}", "US"


def _assortment(number: int) -> list[int]:
    starts = (number * 37, number * 37 + PRODUCTS // 3)
    return [(start + step) % PRODUCTS for start in starts for step in range(ASSORTMENT)]


def _sku(number: int) -> str:
    return f"PN-{number:05}"


def _cents(number: int) -> int:
    return 199 + number * 7919 % 90_000


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
