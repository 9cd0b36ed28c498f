"""Columns of a parsed file as the ledger's staging tables take them."""

from typing import Any, cast

import pandas as pd


def text(rows: pd.DataFrame, name: str) -> pd.Series:
    """A column of text; empty where the file has none."""
    if name not in rows:
        return pd.Series("", index=rows.index)
    return rows[name].fillna("")


def value(rows: pd.DataFrame, name: str) -> pd.Series:
    """A column of amounts, dates or whole numbers as objects; None where the file has none."""
    if name not in rows:
        return pd.Series([None] * len(rows), index=rows.index, dtype=object)
    return rows[name].astype(object).where(rows[name].notna(), None)


def days(rows: pd.DataFrame, name: str) -> pd.Series:
    """A column of dates without gaps, as they are written in ISO 8601."""
    return pd.Series(rows[name].to_numpy().astype("datetime64[D]").astype(str), index=rows.index)


def hashed(said: pd.DataFrame) -> pd.Series:
    """A 62-bit hash of what each row says, the same in every file and on every machine."""
    return (pd.util.hash_pandas_object(said, index=False) // 4).astype("int64")


def line_keys(rows: pd.DataFrame) -> pd.Series:
    """The line's number; where the file has none, its SKU says which line it is."""
    numbers = rows["line_number"].fillna(0) if "line_number" in rows else pd.Series(0, index=rows.index)
    if (numbers > 0).all():
        return numbers.astype("int64")
    return numbers.where(numbers > 0, -hashed(rows[["sku"]]) - 1).astype("int64")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries."""
    return cast("list[dict[str, Any]]", frame.to_dict("records"))
