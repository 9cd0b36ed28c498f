"""Reasons that only the record can give: what the catalogue or the ledger says against a row."""

from integrations.ingestion.reading.faults import _Coded, gettext_noop


class LedgerReason(_Coded):
    """Why a row that reads well is not taken."""

    UNKNOWN_SKU = (
        "unknown_sku",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" is not in the catalogue. Correct it, or ask the '
            "manufacturer to add it."
        ),
    )
    UNKNOWN_SKU_NEAR = (
        "unknown_sku_near",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" is not in the catalogue. Did you mean %(near)s? Correct '
            "it, or ask the manufacturer to add it."
        ),
    )
    DIFFERS = (
        "differs_from_recorded",
        gettext_noop(
            'Row %(row)s: document "%(found)s" holds this line already, with other values. Undo the submission that '
            "recorded it, then send the corrected file."
        ),
    )
    OTHER_ACCOUNT = (
        "document_of_another_account",
        gettext_noop(
            'Row %(row)s: document "%(found)s" belongs to another customer. A document has one customer: correct '
            "the customer or the document number."
        ),
    )
