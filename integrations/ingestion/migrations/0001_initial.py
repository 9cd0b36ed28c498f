import django.db.models.deletion
from django.db import migrations, models

import partners.tenancy.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_actor_functions"),
    ]

    operations = [
        migrations.CreateModel(
            name="QuarantinedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("distributor_id", models.BigIntegerField()),
                ("source_row", models.PositiveIntegerField()),
                ("column", models.CharField(blank=True, max_length=255)),
                ("reason", models.CharField(max_length=40)),
                ("found", models.CharField(blank=True, max_length=120)),
                ("params", models.JSONField(default=dict)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="sub")),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("feed", models.CharField(default="sell_through", max_length=20)),
                (
                    "source",
                    models.CharField(choices=[("command", "Command"), ("upload", "Upload")], max_length=10),
                ),
                ("file_name", models.CharField(max_length=255)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("checking", "Checking"),
                            ("checked", "Checked"),
                            ("committing", "Committing"),
                            ("committed", "Committed"),
                            ("refused", "Refused"),
                            ("undone", "Undone"),
                        ],
                        default="received",
                        max_length=10,
                    ),
                ),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                ("committed_at", models.DateTimeField(null=True)),
                ("accepted", models.PositiveIntegerField(default=0)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SubmissionPiece",
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
        migrations.CreateModel(
            name="FeedMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("feed", models.CharField(max_length=20)),
                ("examination", models.JSONField()),
                ("confirmed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("partnership_id", "feed"), name="one_mapping_a_feed")
                ],
            },
        ),
        migrations.CreateModel(
            name="SubmissionCheck",
            fields=[
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="check_result",
                        serialize=False,
                        to="ingestion.submission",
                    ),
                ),
                ("distributor_id", models.BigIntegerField()),
                (
                    "uploaded_by_id",
                    models.BigIntegerField(db_default=partners.tenancy.models.ActingUser(), null=True),
                ),
                ("all_or_nothing", models.BooleanField(default=False)),
                ("trusted", models.BooleanField(default=False)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("examination", models.JSONField(default=dict)),
                ("totals", models.JSONField(default=dict)),
                ("asked", models.JSONField(default=list)),
                ("noted", models.JSONField(default=list)),
                ("refused", models.JSONField(null=True)),
                ("rows_total", models.PositiveIntegerField(default=0)),
                ("rows_done", models.PositiveIntegerField(default=0)),
                ("quarantined", models.PositiveIntegerField(default=0)),
                ("duplicates", models.PositiveIntegerField(default=0)),
                ("set_aside", models.PositiveIntegerField(default=0)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["partnership_id", "-id"], name="submissions_of_partnership"),
        ),
        migrations.AddField(
            model_name="quarantinedrow",
            name="submission",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="quarantined_rows",
                to="ingestion.submission",
            ),
        ),
        migrations.AddIndex(
            model_name="submissioncheck",
            index=models.Index(fields=["distributor_id", "sha256"], name="check_by_hash"),
        ),
        migrations.AddIndex(
            model_name="quarantinedrow",
            index=models.Index(fields=["submission", "source_row"], name="quarantine_by_row"),
        ),
    ]
