"""The rows of a checked file are its sender's, as the file is, and gone when it is decided."""

from django.db import migrations, models

from partners.tenancy.walls import ORG, BuildWall, HangMirror, own

OWN_FILE = (
    f"distributor_id = {ORG} AND submission_id IN"
    f" (SELECT s.id FROM ingestion_submission s WHERE s.distributor_id = {ORG})"
)


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0012_packed_pieces"),
    ]
    operations = [
        migrations.CreateModel(
            name="CheckedBlock",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "submission_id",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("submission_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE ingestion_checkedblock ALTER COLUMN content SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
        BuildWall("ingestion_checkedblock", own("distributor_id", insert=OWN_FILE, update=None)),
        HangMirror("ingestion_checkedblock", "false"),
    ]
