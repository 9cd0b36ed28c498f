"""Files as a distributor would send them, small enough to be read."""

from io import BytesIO

from openpyxl import Workbook

HEADINGS = "invoice_number,line_number,invoice_date,account_id,account_name,sku,quantity,net_amount,currency"
GOOD = f"""{HEADINGS}
I-1,1,2026-01-14,C1,Cyclery One,RB-1,2,2000.00,USD
I-1,2,2026-01-14,C1,Cyclery One,HE-1,4,140.50,USD
I-2,1,2026-01-15,C2,Cyclery Two,MB-1,1,900.25,USD
I-3,1,2026-02-16,C1,Cyclery One,RB-1,-1,-1000.00,USD
"""
GOOD_NET = "2040.75"


def rows(*lines: str) -> bytes:
    """A plain CSV file of these rows."""
    return "\n".join([HEADINGS, *lines, ""]).encode()


def workbook(*lines: tuple[object, ...], **sheets: str) -> bytes:
    """The same as a workbook; further sheets by their names, as plain CSV."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    for name, content in sheets.items():
        further = book.create_sheet(name)
        for text in content.splitlines():
            further.append(text.split(","))
    if not lines:
        book.remove(sheet)
    file = BytesIO()
    book.save(file)
    return file.getvalue()
