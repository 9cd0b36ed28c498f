"""What every way into the ledger can do, whatever the feed."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from partners.agreements.models import Partnership
from partners.catalogue.selectors import ProductIndex
from partners.ledger.staging import Comparison, Restatement


@dataclass(frozen=True)
class Recorder(ABC):
    """Takes a feed's typed rows to the ledger: staged, compared, recorded, taken back.

    `known_by` is the field that names a row for people, `compared` the temporary table of the compared rows.
    """

    known_by: str
    compared: str

    @property
    @abstractmethod
    def columns(self) -> Sequence[str]:
        """Of the staging table."""

    @abstractmethod
    def begin(self) -> None:
        """Start with an empty staging table in this session."""

    @abstractmethod
    def write(self, rows: pd.DataFrame, products: ProductIndex, month: object) -> bytes:
        """Typed rows as a block of the staging table; `month` is that of what has no date of its own."""

    @abstractmethod
    def stage(self, block: bytes) -> None:
        """Copy a block to the staging table."""

    @abstractmethod
    def compare(self, partnership: Partnership, submission_id: int, *, restates: bool) -> Comparison:
        """Set every staged row against the ledger, and sum up what is new, or restated in its months."""

    @abstractmethod
    def list_conflicts(self) -> list[tuple[int, str, str]]:
        """Rows that cannot be recorded beside the others: source row, status, what they are called."""

    @abstractmethod
    def list_overlaps(self, limit: int) -> list[tuple[int, int]]:
        """The submissions that recorded rows which the file repeats, and how many, those with most first."""

    @abstractmethod
    def list_accounts(self) -> list[str]:
        """The codes of the accounts that the new rows name."""

    @abstractmethod
    def record(self, partnership: Partnership, submission_id: int) -> int:
        """Record the compared rows that are new, under the partnership's lock, and return how many."""

    @abstractmethod
    def supersede(
        self,
        partnership: Partnership,
        submission_id: int,
        undone: Sequence[int],
        restatements: Sequence[Restatement],
    ) -> int:
        """Take what a submission recorded out of the present, and return how many rows that were.

        `undone` are the others that were taken back before, `restatements` those that stand.
        """

    @abstractmethod
    def end(self) -> None:
        """Drop the staging tables before the connection serves something else."""
