"""What is said about a file: kept as a code with its parameters, worded in the reader's language when it is shown."""

from collections.abc import Mapping
from typing import Any, TypedDict

from django.utils.translation import gettext

from integrations.ingestion.reading.faults import Coded, Note, Reason, Refusal, gettext_noop


class LedgerReason(Coded):
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
    HUGE_LINE = (
        "huge_line",
        gettext_noop(
            'Row %(row)s: this line comes to more than 90 thousand million (quantity "%(found)s"). Check whether its '
            "columns are read as they are meant, and correct the row."
        ),
    )
    VALUE_DIFFERS = (
        "value_differs",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" is not what %(quantity)s at %(price)s each come to, with or '
            "without the discount. Correct the price, the quantity or the amount."
        ),
    )
    CASE_OR_EACH = (
        "case_or_each",
        gettext_noop(
            'Row %(row)s, column "%(column)s": %(found)s of %(sku)s do not fit their price, but would as cases of '
            "%(size)s, or as single ones. Give the quantity in single units, or name its unit."
        ),
    )
    LEADING_ZEROS = (
        "leading_zeros",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" is not known, but %(near)s is: a spreadsheet drops zeros '
            "at the beginning. Format the column as text and enter the value in full."
        ),
    )
    TRANSFER = (
        "transfer_among_sales",
        gettext_noop(
            'Row %(row)s: "%(found)s" is your own company, so this is a transfer and no sale. Give it the transaction '
            "type IB, correct the customer, or leave it here."
        ),
    )
    TWICE = (
        "twice_in_file",
        gettext_noop(
            'Row %(row)s, column "%(column)s": another row of this file says something else of the same thing. '
            "Keep the one that is right."
        ),
    )
    UNKNOWN_FAMILY = (
        "unknown_family",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" is no family of the catalogue. Correct it, or leave '
            "it empty for all families."
        ),
    )
    UNKNOWN_UNIT = (
        "unknown_unit",
        gettext_noop(
            'Row %(row)s, column "%(column)s": nobody has said how many units "%(found)s" of %(sku)s holds. Send a '
            "cross-reference with it, or give the quantity in single units."
        ),
    )
    OTHER_ACCOUNT = (
        "document_of_another_account",
        gettext_noop(
            'Row %(row)s: document "%(found)s" belongs to another customer. A document has one customer: correct '
            "the customer or the document number."
        ),
    )


class Remark(Coded):
    """What is worth knowing of a file, and needs no correction."""

    OVERLAPS = (
        "overlaps",
        gettext_noop('%(rows)s of these rows were recorded before, from "%(found)s", received on %(day)s.'),
    )


class Stop(Coded):
    """Why nothing of a file that can be read was taken."""

    WHOLE = (
        "whole_file",
        gettext_noop(
            "%(bad)s of %(rows)s rows cannot be taken, and this file was sent as all or nothing: nothing of it was "
            "recorded. Correct the rows listed, or send it again and choose to take the good rows."
        ),
    )
    READER_STOPPED = (
        "reader_stopped",
        gettext_noop(
            "This file stopped its reader three times (%(reason)s) and was set aside; nothing of it was recorded. "
            "Save it anew as CSV in UTF-8 and send that."
        ),
    )
    DISCARDED = (
        "discarded",
        gettext_noop("It was discarded before it was committed; nothing of it was recorded."),
    )
    ERASED = (
        "erased",
        gettext_noop(
            "The file was destroyed because it held a customer who was erased. Lines that had been recorded stay, "
            "under a random id. What was not recorded has to be sent again, without that customer."
        ),
    )


class Question(Coded):
    """What a person must confirm before a file is committed."""

    COLUMN = ("column", gettext_noop('Column "%(column)s" is read as %(field)s. Is that right?'))
    POINT = (
        "point",
        gettext_noop(
            'The numbers of column "%(column)s" can be read in two ways; they are read with a decimal point '
            "(1,234.56). Is that right?"
        ),
    )
    COMMA = (
        "comma",
        gettext_noop(
            'The numbers of column "%(column)s" can be read in two ways; they are read with a decimal comma '
            "(1.234,56). Is that right?"
        ),
    )
    YMD = (
        "ymd",
        gettext_noop(
            'The dates of column "%(column)s" can be read in two ways; they are read as year, month, day. '
            "Is that right?"
        ),
    )
    DMY = (
        "dmy",
        gettext_noop(
            'The dates of column "%(column)s" can be read in two ways; they are read with the day before the month. '
            "Is that right?"
        ),
    )
    MDY = (
        "mdy",
        gettext_noop(
            'The dates of column "%(column)s" can be read in two ways; they are read with the month before the day. '
            "Is that right?"
        ),
    )
    SERIAL = (
        "serial",
        gettext_noop('The numbers of column "%(column)s" are read as Excel\'s day numbers. Is that right?'),
    )
    NO_CUSTOMER = (
        "no_customer",
        gettext_noop(
            'The customer "%(found)s" stands for many (rows: %(rows)s). They count in every total, but tell nothing of '
            "a customer. Is that right?"
        ),
    )
    FAR_MONTH = (
        "far_month",
        gettext_noop(
            "%(rows)s of %(total)s rows lie in %(found)s, far from the others (%(first)s to %(last)s). Are these "
            "dates right?"
        ),
    )
    OFF_NORM = (
        "off_norm",
        gettext_noop(
            "With this file %(month)s comes to %(units)s units; the months before it came to %(usual)s, give or take "
            "%(spread)s %%. Is the file whole, and nothing in it twice?"
        ),
    )
    SHEET = (
        "sheet",
        gettext_noop(
            'Sheet "%(sheet)s" of the workbook is read. These have the same headings and are not: %(others)s. '
            "Is that right?"
        ),
    )
    SHEET_GONE = (
        "sheet_gone",
        gettext_noop(
            'The workbook has no sheet "%(sought)s", which was chosen before; "%(sheet)s" is read. Is that right?'
        ),
    )
    FIELDS_GONE = (
        "fields_gone",
        gettext_noop(
            "The file accepted before had columns for: %(fields)s. This one has none. Is that right?"
        ),
    )
    OTHER_COMPANY = (
        "other_company",
        gettext_noop(
            "Of %(told)s customers in this file %(new)s have never bought from you, though %(known)s are known. "
            "Is it another company's file?"
        ),
    )


class Said(TypedDict):
    """A code with its parameters, as JSON keeps it."""

    code: str
    params: dict[str, Any]


_BY_CODE: dict[str, Coded] = {
    member.value: member
    for coded in (Refusal, Reason, Note, LedgerReason, Remark, Stop, Question)
    for member in coded
}


def to_say(code: Coded | str, params: Mapping[str, Any]) -> Said:
    """What is kept of a sentence: plain values that JSON can hold."""
    plain = {name: value if isinstance(value, int) else str(value) for name, value in params.items()}
    return {"code": str(code), "params": plain}


def word(said: Said) -> str:
    """The sentence in the active language."""
    return gettext(_BY_CODE[said["code"]].template) % said["params"]
