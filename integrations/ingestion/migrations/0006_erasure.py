"""An eraser destroys submissions; their files and mappings their distributor may take away anyway."""

from django.db import migrations

from partners.tenancy.walls import ORG, LetErase


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0005_files_by_interface"),
    ]
    operations = [
        LetErase(f"ingestion_{table}", f"distributor_id = {ORG}")
        for table in ("submission", "submissioncheck")
    ]
