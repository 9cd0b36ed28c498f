"""What of a checked file is kept beside its original: the rows that were not taken, as they stand in it."""

from collections.abc import Iterator
from itertools import islice

from django.db.models import Count

from integrations.ingestion.files import open_file
from integrations.ingestion.models import QuarantineCount, QuarantinedCells, QuarantinedRow, Submission
from integrations.ingestion.reading import Examination
from integrations.ingestion.reading.tables import CELLS, read_chunks
from integrations.ingestion.reasons import LedgerReason

MOST_ROWS = 20_000  # kept to be corrected here; what is beyond is corrected in the file
BATCH = 1_000
UNMATCHED = (LedgerReason.UNKNOWN_SKU, LedgerReason.UNKNOWN_SKU_NEAR)


def keep_faulty_rows(submission: Submission, examination: Examination) -> int:
    """Keep the cells of the rows in quarantine, and how many there are for each reason.

    The file is read for those that are not there yet. Returns how many name a product that is not the maker's.
    """
    faulty = QuarantinedRow.objects.filter(submission=submission)
    QuarantineCount.objects.filter(submission_id=submission.pk).delete()
    grouped = faulty.values("reason").annotate(rows=Count("source_row", distinct=True)).order_by("reason")
    counts = {group["reason"]: group["rows"] for group in grouped}
    QuarantineCount.objects.bulk_create(
        QuarantineCount(
            submission_id=submission.pk, distributor_id=submission.distributor_id, reason=reason, rows=rows
        )
        for reason, rows in counts.items()
    )
    wanted = set(faulty.order_by("source_row").values_list("source_row", flat=True).distinct()[:MOST_ROWS])
    kept = QuarantinedCells.objects.filter(submission_id=submission.pk)
    kept.filter(corrected_in_id=None).exclude(source_row__in=wanted).delete()
    wanted.difference_update(kept.values_list("source_row", flat=True))
    if wanted:
        QuarantinedCells.objects.bulk_create(
            islice(_cells(submission, examination, wanted), MOST_ROWS),
            batch_size=BATCH,
            ignore_conflicts=True,
        )
    return sum(counts.get(reason.value, 0) for reason in UNMATCHED)


def _cells(submission: Submission, examination: Examination, wanted: set[int]) -> Iterator[QuarantinedCells]:
    last = max(wanted)
    with open_file(submission) as file:
        for chunk in read_chunks(file, examination.layout):
            for row, *cells in chunk[chunk.index.isin(wanted)].drop(columns=CELLS).itertuples(name=None):
                yield QuarantinedCells(
                    submission_id=submission.pk,
                    distributor_id=submission.distributor_id,
                    source_row=row,
                    cells=[cell.replace("\x00", "") for cell in cells],
                )
            if chunk.index[-1] >= last:
                return
