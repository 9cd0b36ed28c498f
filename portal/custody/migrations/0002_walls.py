"""Receipts and archives are their organisation's own; a receipt that is finished is never changed."""

from django.db import migrations

from partners.tenancy.walls import ORG, USER, BuildWall, HangMirror, own

OWN = f"organisation_id = {ORG}"
ASKED = (
    f"{OWN} AND asked_by_id IS NOT DISTINCT FROM {USER} AND (partnership_id IS NULL OR partnership_id IN"
    f" (SELECT p.id FROM agreements_partnership p WHERE p.distributor_id = {ORG}))"
)
TABLES = ("custody_receipt", "custody_archive", "custody_archivepiece")


class Migration(migrations.Migration):
    dependencies = [
        ("custody", "0001_initial"),
        ("agreements", "0003_mirror"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        BuildWall(
            "custody_receipt",
            own(
                insert=f"{ASKED} AND finished_at IS NULL",
                update=f"{OWN} AND finished_at IS NULL",
                updated=OWN,
                update_columns=["state", "destroyed", "finished_at", "digest"],
                delete=None,
            ),
        ),
        BuildWall(
            "custody_archive",
            own(insert=ASKED, update_columns=["state", "rows", "size", "sha256", "ready_at"]),
        ),
        BuildWall("custody_archivepiece", own(update=None)),
        *(HangMirror(table, "false") for table in TABLES),
    ]
