"""An eraser destroys what its distributor recorded."""

from django.db import migrations

from partners.tenancy.walls import ORG, LetErase

TABLES = (
    "document", "documentidentity", "documentcontact", "line", "lineprice", "accountmonth", "accountmonthmoney",
    "areamonth", "areamonthmoney",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_sums"),
    ]
    operations = [LetErase(f"ledger_{table}", f"distributor_id = {ORG}") for table in TABLES]
