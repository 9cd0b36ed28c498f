"""From typed rows to the ledger: which recorder takes which feed."""

from integrations.ingestion.recording.kept import KNOWN_BY, Kept
from integrations.ingestion.recording.lines import Lines
from integrations.ingestion.recording.recorder import Recorder
from partners.ledger.records import KINDS

RECORDERS: dict[str, Recorder] = {
    "sell_through": Lines(),
    "returns": Lines(known_by="return_number", returns=True),
    **{feed: Kept(known_by=KNOWN_BY[feed], kind=kind) for feed, kind in KINDS.items()},
}

__all__ = ["RECORDERS", "Recorder"]
