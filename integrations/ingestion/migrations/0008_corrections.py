"""Rows in quarantine are kept as they stand in the file, corrected here and sent again; reasons are counted."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0007_restatements"),
    ]

    operations = [
        migrations.CreateModel(
            name="QuarantineCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "submission_id",
                        "reason",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("submission_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("reason", models.CharField(max_length=40)),
                ("rows", models.PositiveIntegerField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="QuarantinedCells",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "submission_id",
                        "source_row",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("submission_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("source_row", models.PositiveIntegerField()),
                (
                    "cells",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("corrected_in_id", models.BigIntegerField(null=True)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="submission",
            name="corrects_id",
            field=models.BigIntegerField(null=True),
        ),
    ]
