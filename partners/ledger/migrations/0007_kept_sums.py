"""What an ended grant leaves of the sums by month: those that did not change since."""

from django.db import migrations

from partners.agreements.models import Category, Granularity
from partners.agreements.walls import granted_accounts, kept_cells

KNOWN = granted_accounts("distributor_id, account_id", Category.VOLUME)
SUMS = {
    "ledger_accountmonth": (Category.VOLUME, Granularity.MONTH, f" AND {KNOWN}"),
    "ledger_accountmonthmoney": (Category.PRICE, Granularity.MONTH, f" AND {KNOWN}"),
    "ledger_areamonth": (Category.VOLUME, Granularity.AREA, ""),
    "ledger_areamonthmoney": (Category.PRICE, Granularity.AREA, ""),
}


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0006_erasure"),
    ]
    operations = [
        migrations.RunSQL(
            f"CREATE POLICY wall_kept ON {table} FOR SELECT"
            f" USING ({kept_cells(category, level, of=table, recorded='changed_at')}{known})",
            f"DROP POLICY wall_kept ON {table}",
        )
        for table, (category, level, known) in SUMS.items()
    ]
