"""An eraser destroys its own organisation's documents; those of others are withdrawn with the sight they rest on."""

from django.db import migrations

from partners.tenancy.walls import ORG, LetErase


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_walls"),
    ]
    operations = [LetErase("reports_reportfile", f"organisation_id = {ORG}", sees=True)]
