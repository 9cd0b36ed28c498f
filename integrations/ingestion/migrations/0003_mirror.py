"""A mirror shows that a file came, as the maker sees it; never what is in it."""

from django.db import migrations

from partners.tenancy.walls import MIRRORED, HangMirror


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0002_walls"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        HangMirror("ingestion_submission", f"distributor_id = {MIRRORED}"),
        HangMirror("ingestion_submissioncheck", "false"),
        HangMirror("ingestion_submissionpiece", "false"),
        HangMirror("ingestion_quarantinedrow", "false"),
        HangMirror("ingestion_feedmapping", "false"),
    ]
