"""Why a file, a row or a cell was not taken, each as a code for machines and one sentence for people.

The sentences are templates with named parameters, marked for extraction so that the portal can translate
them; a parameter is a number, a date, or text from the file, never a word of a language.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

FOUND_LIMIT = 120  # characters of a cell that a sentence or a fault repeats
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def gettext_noop(text: str) -> str:
    """Mark a sentence for extraction by gettext; the portal translates it when it is shown."""
    return text


def printable(text: str, limit: int | None = None) -> str:
    """Make text of a file safe to store and show: what cannot be printed or encoded becomes U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", text if limit is None else text[:limit])


class Coded(StrEnum):
    """A code that carries its sentence."""

    template: str

    def __new__(cls, code: str, template: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.template = template
        return member

    def sentence(self, params: Mapping[str, object]) -> str:
        """The sentence in English with its parameters filled in."""
        return self.template % params


class Refusal(Coded):
    """Why a whole file is refused."""

    EMPTY_FILE = "empty_file", gettext_noop("The file is empty. Export it again and send the new file.")
    WRONG_TYPE = (
        "wrong_type",
        gettext_noop(
            "The content of the file is %(found)s, not a table. Send the data as an XLSX or XLS workbook or a CSV "
            "file."
        ),
    )
    UNREADABLE_TEXT = (
        "unreadable_text",
        gettext_noop("The file is not valid %(encoding)s text. Export it again as CSV in UTF-8."),
    )
    OLD_WORKBOOK = (
        "old_workbook",
        gettext_noop(
            "The file is a workbook in a form older than Excel 5. Open it in Excel, choose Save As, XLSX, and "
            "send that."
        ),
    )
    ENCRYPTED_WORKBOOK = (
        "encrypted_workbook",
        gettext_noop(
            "The workbook is protected by a password. Save it without the password and send it again."
        ),
    )
    BROKEN_WORKBOOK = (
        "broken_workbook",
        gettext_noop(
            "The workbook is damaged or incomplete. Open it in Excel, save it again as XLSX and send the new "
            "file."
        ),
    )
    CUT_WORKBOOK = (
        "cut_workbook",
        gettext_noop(
            "The workbook ends too early, after %(found)s bytes: it was probably cut off while it was copied or sent. "
            "Open the original in Excel to see that it is whole, and send that again."
        ),
    )
    TOO_COSTLY = (
        "too_costly",
        gettext_noop(
            "Reading the workbook takes more than the %(seconds)s seconds and %(megabytes)s MB of memory that a file "
            "of its size is given. Copy the table alone into a new workbook, or send it as CSV."
        ),
    )
    NO_SUCH_SHEET = (
        "no_such_sheet",
        gettext_noop(
            'The workbook has no sheet "%(sheet)s" with a table; it has: %(found)s. Choose one of these, or none, and '
            "the sheet with the data is looked for."
        ),
    )
    TOO_LARGE_INSIDE = (
        "too_large_inside",
        gettext_noop(
            "The workbook unpacks to %(found)s MB; at most %(limit)s MB are read. Send the data as CSV, or in"
            " several files."
        ),
    )
    PACKED_TOO_TIGHTLY = (
        "packed_too_tightly",
        gettext_noop(
            "The workbook unpacks to %(found)s times its size; at most %(limit)s times is accepted. Send the "
            "data as CSV."
        ),
    )
    TOO_MANY_PARTS = (
        "too_many_parts",
        gettext_noop(
            "The workbook consists of %(found)s parts; at most %(limit)s are accepted. Copy the table into a "
            "new workbook and send that."
        ),
    )
    NESTED_ARCHIVE = (
        "nested_archive",
        gettext_noop(
            "The workbook holds another archive (%(found)s). Copy the table into a new workbook and send "
            "that."
        ),
    )
    SCATTERED_CELLS = (
        "scattered_cells",
        gettext_noop(
            "A sheet spans %(rows)s rows by %(columns)s columns, yet only %(found)s cells are filled. Delete "
            "the cells that lie far outside the table and save the workbook again."
        ),
    )
    TOO_MANY_ERRORS = (
        "too_many_errors",
        gettext_noop(
            "More than %(limit)s cells of the workbook hold an error such as #N/A. Correct the formulas and "
            "save it again."
        ),
    )
    TOO_MANY_COLUMNS = (
        "too_many_columns",
        gettext_noop(
            "Row %(row)s has %(found)s columns; at most %(limit)s are read. Remove the columns that are not "
            "needed."
        ),
    )
    LINE_TOO_LONG = (
        "line_too_long",
        gettext_noop(
            "The file holds a line of more than %(limit)s characters (after row %(row)s). Check that it is a "
            "CSV file with one row on each line."
        ),
    )
    CELL_TOO_LONG = (
        "cell_too_long",
        gettext_noop(
            "A cell that begins after row %(row)s is longer than %(limit)s characters: a quotation mark that "
            "opens there is probably never closed. Correct that row and send the file again."
        ),
    )
    NO_HEADING_ROW = (
        "no_heading_row",
        gettext_noop(
            "No row of headings was found in the first %(searched)s rows; row %(row)s reads: %(found)s. Put "
            "the column headings in the first row."
        ),
    )
    NO_ROWS = (
        "no_rows",
        gettext_noop(
            "The file has headings in row %(row)s and no rows below them. Export it again with its data."
        ),
    )
    MISSING_COLUMNS = (
        "missing_columns",
        gettext_noop(
            "No column of the file was recognised as: %(missing)s. Headings found in row %(row)s: %(found)s. "
            "Choose the columns by hand, or rename the headings."
        ),
    )
    CHANGED_FILE = (
        "changed_file",
        gettext_noop(
            "Row %(row)s does not hold the headings that were examined: %(expected)s. Found: %(found)s. Have "
            "the file examined again."
        ),
    )


class FileRefused(Exception):  # noqa: N818 (the domain's word for what happens)
    """A file that cannot be read as a whole: ``code``, ``params`` and the English ``sentence``."""

    def __init__(self, code: Refusal, **params: str | int) -> None:
        self.code = code
        self.params = params
        self.sentence = code.sentence(params)
        super().__init__(self.sentence)


class Reason(Coded):
    """Why a row is not taken: one code for each kind of defect."""

    RAGGED_ROW = (
        "ragged_row",
        gettext_noop(
            "Row %(row)s has %(cells)s cells, the headings have %(expected)s. Look for a missing or an "
            "unquoted delimiter and correct the row."
        ),
    )
    MISSING_VALUE = (
        "missing_value",
        gettext_noop('Row %(row)s: column "%(column)s" is empty, and every line needs it. Fill it in.'),
    )
    CONTROL_CHARACTER = (
        "control_character",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" holds an invisible control character. Remove it.'
        ),
    )
    UNREADABLE_CHARACTER = (
        "unreadable_character",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" holds bytes that are no text in the file\'s '
            "encoding. Save the file as UTF-8 and correct the cell."
        ),
    )
    EXCEL_ERROR = (
        "excel_error",
        gettext_noop(
            'Row %(row)s, column "%(column)s": the cell holds the Excel error "%(found)s". Correct its '
            "formula."
        ),
    )
    TEXT_TOO_LONG = (
        "text_too_long",
        gettext_noop(
            'Row %(row)s, column "%(column)s": the text beginning "%(found)s" is longer than %(limit)s '
            "characters. Shorten it."
        ),
    )
    SCIENTIFIC_NOTATION = (
        "scientific_notation",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" is in scientific notation, so digits are lost. '
            "Format the column as text in Excel and enter the value in full."
        ),
    )
    NOT_A_DATE = (
        "not_a_date",
        gettext_noop('Row %(row)s, column "%(column)s": "%(found)s" is not a date. Write it as %(example)s.'),
    )
    NO_SUCH_DAY = (
        "no_such_day",
        gettext_noop(
            'Row %(row)s, column "%(column)s": there is no such day as "%(found)s" (read as %(order)s). '
            "Correct the date."
        ),
    )
    AMBIGUOUS_DATE = (
        "ambiguous_date",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" can be read day first or month first, and the '
            "column holds dates of both kinds. Write it as YYYY-MM-DD."
        ),
    )
    DATE_IN_FUTURE = (
        "date_in_future",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" lies after %(latest)s. Correct the date.'
        ),
    )
    DATE_TOO_OLD = (
        "date_too_old",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" lies before %(earliest)s. Correct the date.'
        ),
    )
    NOT_A_NUMBER = (
        "not_a_number",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" is not a number. Write it as %(example)s.'
        ),
    )
    CONTRADICTING_DECIMAL_MARK = (
        "contradicting_decimal_mark",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" contradicts the decimal mark of the column. Write '
            "it as %(example)s."
        ),
    )
    AMBIGUOUS_NUMBER = (
        "ambiguous_number",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" can be read with a decimal point or a decimal '
            "comma, and the column holds numbers of both kinds. Write it without thousands marks, as "
            "%(example)s."
        ),
    )
    TOO_LARGE = (
        "too_large",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" has more than %(limit)s digits before the decimal '
            "mark. Correct the number."
        ),
    )
    TOO_MANY_DECIMALS = (
        "too_many_decimals",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" has more than %(limit)s decimals. Round it.'
        ),
    )
    NOT_A_WHOLE_NUMBER = (
        "not_a_whole_number",
        gettext_noop('Row %(row)s, column "%(column)s": "%(found)s" is not a whole number. Correct it.'),
    )
    OUT_OF_RANGE = (
        "out_of_range",
        gettext_noop(
            'Row %(row)s, column "%(column)s": "%(found)s" does not lie between %(lowest)s and %(highest)s. Correct '
            "it, or convert the scores to that scale."
        ),
    )
    ZERO_QUANTITY = (
        "zero_quantity",
        gettext_noop(
            'Row %(row)s, column "%(column)s": the quantity is zero ("%(found)s"). Enter what was sold or '
            "returned, or remove the row."
        ),
    )


class Note(Coded):
    """What is said about a row that was set aside and need not be corrected."""

    FOOTER = (
        "footer",
        gettext_noop(
            'Row %(row)s ("%(found)s") stands below the table and is no line of it. It was left out.'
        ),
    )
    SUBTOTAL_DIFFERS = (
        "subtotal_differs",
        gettext_noop(
            'Row %(row)s ("%(found)s") states %(stated)s for %(field)s, but the rows above it come to '
            "%(computed)s. Check whether rows are missing from the file."
        ),
    )
    SUBTOTAL_UNCHECKED = (
        "subtotal_unchecked",
        gettext_noop(
            'Row %(row)s ("%(found)s") could not be compared with the rows above it, since they include '
            "rows with faults (%(faulty)s)."
        ),
    )


_BY_CODE: dict[str, Coded] = {member.value: member for coded in (Reason, Note) for member in coded}


def sentence(fault: Mapping[str, Any]) -> str:
    """The English sentence of a row of ``Parsed.faults``, or of a remark in ``Parsed.set_aside``."""
    params: Mapping[str, object] = fault["params"] or {}
    return _BY_CODE[fault["code"]].sentence({**fault, **params})
