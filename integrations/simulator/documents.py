"""The documents of one distributor: invoices and credit notes, their numbers and what they ask for."""

import numpy as np
import pandas as pd


def number_lines(lines: pd.DataFrame) -> pd.DataFrame:
    """Add to priced lines their document (counted from 0) and their number in it; a document stands together."""
    order, credit = lines["order"].to_numpy(), lines["credit"].to_numpy()
    begins = np.ones(len(lines), dtype=bool)
    begins[1:] = (order[1:] != order[:-1]) | (credit[1:] != credit[:-1])
    document = np.cumsum(begins) - 1
    number = np.arange(len(lines)) - np.flatnonzero(begins)[document] + 1
    return lines.assign(document=document, line_number=number)


def list_documents(lines: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Return the documents in the order of the file: number, account, day, credit, amount.

    The amount is what the customer owes, in cents: the net lines and their freight. A credit note is negative.
    """
    grouped = lines.groupby("document", sort=True)
    documents = grouped[["account", "day", "credit"]].first()
    numbers = [
        f"{prefix}{'C' if credit else 'F'}{100_001 + number}"
        for number, credit in enumerate(documents["credit"].tolist())
    ]
    owed = (lines["net_amount"] + lines["freight"]).groupby(lines["document"]).sum()
    return documents.assign(number=numbers, amount=owed)
