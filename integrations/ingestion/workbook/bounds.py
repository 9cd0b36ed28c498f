"""What no workbook may exceed, measured before the reader lays a sheet out as a full rectangle."""

from dataclasses import dataclass, field

MEGABYTE = 1 << 20
COLUMNS_LIMIT = 500
AREA_LIMIT = 20_000_000  # cells of a sheet's rectangle; the reader takes some 32 bytes for each
SPARSE_AREA = 4_000_000  # a rectangle up to this size is laid out even if it is nearly empty;
SPARSE_SHARE = 20  # above it, one cell in so many must be filled
ERRORS_LIMIT = 200_000  # cells that hold an error such as #N/A

OUT_OF_MEMORY = 75  # the code with which the process ends that could not say more

ErrorCells = dict[tuple[int, int], str]
"""The text of error cells, which the reader leaves out, by (row, column) from zero."""


class Refused(Exception):  # noqa: N818 (the domain's word for what happens)
    """Why a workbook is not read: the code of a ``faults.Refusal`` and its parameters."""

    def __init__(self, code: str, **params: str | int) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


@dataclass
class Extent:
    """The rectangle that the filled cells of a sheet span, as the reader will lay it out; all counted from zero."""

    cells: int = 0
    columns: set[int] = field(default_factory=set)
    first_row: int = 1 << 30
    last_row: int = -1

    def check(self) -> None:
        """Refuse a rectangle that is too wide, too large, or large and nearly empty."""
        if not self.cells:
            return
        height, width = self.last_row - self.first_row + 1, max(self.columns) - min(self.columns) + 1
        area = height * width
        if area > AREA_LIMIT or (area > SPARSE_AREA and self.cells * SPARSE_SHARE < area):
            raise Refused("scattered_cells", rows=height, columns=width, found=self.cells)
        if width > COLUMNS_LIMIT:
            raise Refused("too_many_columns", row=self.first_row + 1, found=width, limit=COLUMNS_LIMIT)


def check_errors(errors: ErrorCells) -> ErrorCells:
    """Refuse a sheet with more error cells than are kept."""
    if len(errors) > ERRORS_LIMIT:
        raise Refused("too_many_errors", limit=ERRORS_LIMIT)
    return errors
