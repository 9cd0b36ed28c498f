"""From the bytes of a distributor's file to typed rows, and a reason for every row that is not taken.

Pure Python without Django: ``examine`` finds out how a file is written, for a person to confirm; ``parse``
reads it that way. Both stream, and give the same for the same bytes wherever they run.
"""

from integrations.ingestion.reading.decimals import total
from integrations.ingestion.reading.examination import Examination, examine, parse
from integrations.ingestion.reading.faults import FileRefused, Note, Reason, Refusal, sentence
from integrations.ingestion.reading.feeds import FEEDS
from integrations.ingestion.reading.fields import Feed, Field
from integrations.ingestion.reading.parsing import Parsed

__all__ = [
    "FEEDS",
    "Examination",
    "Feed",
    "Field",
    "FileRefused",
    "Note",
    "Parsed",
    "Reason",
    "Refusal",
    "examine",
    "parse",
    "sentence",
    "total",
]
