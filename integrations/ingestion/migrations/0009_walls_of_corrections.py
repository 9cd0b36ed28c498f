"""A row in quarantine is its sender's; how many a reason kept out is metadata of volume, as the file itself."""

from django.db import migrations

from partners.tenancy.walls import MIRRORED, ORG, BuildWall, HangMirror, LetErase, Rules, own

OWN = f"distributor_id = {ORG}"
OWN_FILE = (
    f"{OWN} AND submission_id IN (SELECT s.id FROM ingestion_submission s WHERE s.distributor_id = {ORG})"
)
# What of a partner's files is seen, the wall of submissions says: recorded ones, where all volumes are granted.
SEEN_FILE = "submission_id IN (SELECT s.id FROM ingestion_submission s)"


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0008_corrections"),
    ]
    operations = [
        BuildWall(
            "ingestion_quarantinedcells",
            own("distributor_id", insert=OWN_FILE, update_columns=["corrected_in_id"]),
        ),
        BuildWall(
            "ingestion_quarantinecount",
            Rules(select=f"{OWN} OR {SEEN_FILE}", insert=OWN_FILE, delete=OWN),
        ),
        HangMirror("ingestion_quarantinedcells", "FALSE"),
        HangMirror("ingestion_quarantinecount", f"distributor_id = {MIRRORED}"),
        LetErase("ingestion_quarantinedcells", OWN),
        LetErase("ingestion_quarantinecount", OWN),
    ]
