"""Frames into outcome tables: COPY to a temporary table, then one insert under the wall."""

from typing import Any

import pandas as pd
from django.db import connection

from analytics.runs.models import Outcome


def insert_frame(model: type[Outcome], frame: pd.DataFrame, **constants: Any) -> None:
    """Insert a frame whose columns are fields of `model`, with the same `constants` in every row."""
    if frame.empty:
        return
    complete = frame.assign(**constants)
    columns = ", ".join(complete.columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS incoming_outcome;"
            f" CREATE TEMP TABLE incoming_outcome ON COMMIT DROP AS SELECT {columns} FROM {table} LIMIT 0"
        )
        with cursor.copy(f"COPY incoming_outcome ({columns}) FROM STDIN") as copy:
            for row in (
                complete.astype(object).where(complete.notna(), None).itertuples(index=False, name=None)
            ):
                copy.write_row(row)
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM incoming_outcome")
