"""What an ended grant leaves is seen as it was recorded until then; a held cell says since when it is held."""

from django.db import migrations

from partners.agreements.models import Category
from partners.agreements.walls import kept_cells

# A price is seen with its line (whose own wall decides), as what a price rests on.
WITH_ITS_LINE = (
    "EXISTS (SELECT 1 FROM ledger_line l WHERE l.id = ledger_lineprice.line_id"
    " AND l.partnership_id = ledger_lineprice.partnership_id AND {kept})"
)


def on_a_line(table: str, category: Category) -> str:
    return (
        f"EXISTS (SELECT 1 FROM ledger_line l WHERE l.document_id = {table}.document_id"
        f" AND l.partnership_id = {table}.partnership_id AND l.superseded_at IS NULL"
        f" AND {kept_cells(category, of='l')})"
    )


KEPT = {
    "ledger_line": f"superseded_at IS NULL AND {kept_cells(Category.VOLUME, of='ledger_line')}",
    "ledger_lineprice": "superseded_at IS NULL AND partnership_id IN (SELECT k.partnership_id FROM agreements_keptcell k)"
    f" AND {WITH_ITS_LINE.format(kept=kept_cells(Category.PRICE, of='l'))}",
    "ledger_documentidentity": on_a_line("ledger_documentidentity", Category.IDENTITY),
    "ledger_documentcontact": on_a_line("ledger_documentcontact", Category.CONTACTS),
}
BACKFILL = """
UPDATE agreements_heldcell h SET recorded_from = f.recorded_from
FROM (SELECT partnership_id, account_id, family_id, month, min(recorded_at) AS recorded_from
      FROM (SELECT partnership_id, account_id, family_id, month, recorded_at FROM ledger_line
            WHERE superseded_at IS NULL
            UNION ALL
            SELECT l.partnership_id, a.merged_into_id, l.family_id, l.month, l.recorded_at
            FROM ledger_line l JOIN accounts_account a ON a.id = l.account_id
            WHERE l.superseded_at IS NULL AND a.merged_into_id IS NOT NULL) l
      GROUP BY 1, 2, 3, 4) f
WHERE (h.partnership_id, h.account_id, h.family_id, h.month) = (f.partnership_id, f.account_id, f.family_id, f.month)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_mirror"),
        ("agreements", "0005_walls_of_history"),
        ("accounts", "0004_merged_accounts"),
    ]
    operations = [
        *(
            migrations.RunSQL(
                f"CREATE POLICY wall_kept ON {table} FOR SELECT USING ({rule})",
                f"DROP POLICY wall_kept ON {table}",
            )
            for table, rule in KEPT.items()
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
