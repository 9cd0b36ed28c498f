"""Records of other feeds are seen as lines are: by their distributor, and by the maker in the cells that are granted."""

from django.db import migrations

from partners.agreements.models import Category
from partners.agreements.walls import OWN_LINES, granted_cells, kept_cells
from partners.tenancy.walls import MIRRORED, ORG, BuildWall, HangMirror, LetErase, Rules

OWN = f"distributor_id = {ORG}"
RECORDS = {
    "stockposition": Category.INVENTORY,
    "orderline": Category.INVENTORY,
    "invoice": Category.PAYMENTS,
    "servicecase": Category.SERVICE,
    "touchpoint": Category.SERVICE,
    "accountterms": Category.PAYMENTS,
    "priceentry": Category.PRICE,
}
# What stays with who sent it.
OWN_RECORDS = ("target", "crossreference")
# By table: of what it is a part, by which column it is found, and what guards it.
PARTS = {
    "orderprice": ("orderline", "record_id", Category.PRICE),
    "casetext": ("servicecase", "record_id", Category.IDENTITY),
    "touchpeople": ("touchpoint", "record_id", Category.CONTACTS),
    "accountsheet": ("accountterms", "record_id", Category.IDENTITY),
    "linereturn": ("line", "line_id", Category.IDENTITY),
}
TABLES = (*RECORDS, *OWN_RECORDS, *PARTS)


def lived(select: str) -> Rules:
    """What the distributor took back it alone keeps; its end is written once."""
    return Rules(
        select=select,
        insert=OWN_LINES,
        update=f"{OWN} AND superseded_at IS NULL",
        updated=f"{OWN} AND superseded_at IS NOT NULL",
        update_columns=["superseded_at", "superseded_by_id"],
    )


def with_its_record(part: str, open_cells: str) -> str:
    """The record is seen (its own wall), lives, and lies in a cell of the part's category."""
    record, column, _ = PARTS[part]
    return (
        f"EXISTS (SELECT 1 FROM ledger_{record} r WHERE r.id = ledger_{part}.{column}"
        f" AND r.partnership_id = ledger_{part}.partnership_id AND r.superseded_at IS NULL AND {open_cells})"
    )


def kept(table: str, rule: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE POLICY wall_kept ON ledger_{table} FOR SELECT USING ({rule})",
        f"DROP POLICY wall_kept ON ledger_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0008_records_of_other_feeds"),
        ("agreements", "0007_known_until_days"),
    ]
    operations = [
        *(
            BuildWall(
                f"ledger_{table}", lived(f"{OWN} OR (superseded_at IS NULL AND {granted_cells(category)})")
            )
            for table, category in RECORDS.items()
        ),
        *(BuildWall(f"ledger_{table}", lived(OWN)) for table in OWN_RECORDS),
        *(
            BuildWall(
                f"ledger_{part}",
                Rules(
                    select=f"{OWN} OR {with_its_record(part, granted_cells(category, of='r.'))}",
                    insert=OWN_LINES,
                ),
            )
            for part, (_, _, category) in PARTS.items()
        ),
        *(
            kept(table, f"superseded_at IS NULL AND {kept_cells(category, of=f'ledger_{table}')}")
            for table, category in RECORDS.items()
        ),
        *(
            kept(part, with_its_record(part, kept_cells(category, of="r")))
            for part, (_, _, category) in PARTS.items()
        ),
        *(HangMirror(f"ledger_{table}", f"distributor_id = {MIRRORED}") for table in TABLES),
        *(LetErase(f"ledger_{table}", f"distributor_id = {ORG}") for table in TABLES),
    ]
