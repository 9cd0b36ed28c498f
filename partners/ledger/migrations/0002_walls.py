"""A line is seen by its distributor, and by the maker in the cells that are granted."""

from django.db import migrations

from partners.agreements.models import Category
from partners.agreements.walls import OWN_LINES, granted_cells
from partners.tenancy.walls import ORG, BuildWall, Rules

OWN = f"distributor_id = {ORG}"


def on_a_line(table: str, category: Category) -> str:
    """The document has a live line that the acting maker sees (the line's own wall) and may identify."""
    return (
        f"EXISTS (SELECT 1 FROM ledger_line l WHERE l.document_id = {table}.document_id"
        f" AND l.partnership_id = {table}.partnership_id AND l.superseded_at IS NULL"
        f" AND {granted_cells(category, of='l.')})"
    )


def lived(category: Category) -> Rules:
    """The maker sees what lives; what the distributor took back it alone keeps, and its end is written once."""
    return Rules(
        select=f"{OWN} OR (superseded_at IS NULL AND {granted_cells(category)})",
        insert=OWN_LINES,
        update=f"{OWN} AND superseded_at IS NULL",
        updated=f"{OWN} AND superseded_at IS NOT NULL",
        update_columns=["superseded_at"],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("agreements", "0002_walls"),
    ]
    operations = [
        BuildWall(
            "ledger_document",
            Rules(
                select=OWN,
                insert=OWN_LINES,
                update=OWN_LINES,
                update_columns=["account_id", "business_date", "submission_id"],
            ),
        ),
        BuildWall(
            "ledger_documentidentity",
            Rules(
                select=f"{OWN} OR {on_a_line('ledger_documentidentity', Category.IDENTITY)}", insert=OWN_LINES
            ),
        ),
        BuildWall(
            "ledger_documentcontact",
            Rules(
                select=f"{OWN} OR {on_a_line('ledger_documentcontact', Category.CONTACTS)}", insert=OWN_LINES
            ),
        ),
        BuildWall("ledger_line", lived(Category.VOLUME)),
        BuildWall("ledger_lineprice", lived(Category.PRICE)),
    ]
