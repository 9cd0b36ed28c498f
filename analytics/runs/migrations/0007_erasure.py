"""An eraser destroys what was computed of its distributor's data, for whichever audience."""

from django.db import migrations

from partners.tenancy.walls import ORG, LetErase

TABLES = (
    "analysisrun", "volumefact", "moneyfact", "costfact", "standing", "standingmoney", "standingprofit", "rung",
    "seasonfactor", "movement", "finding", "areafact", "areamoneyfact", "arearung",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0006_levels"),
    ]
    operations = [LetErase(f"runs_{table}", f"distributor_id = {ORG}", sees=True) for table in TABLES]
