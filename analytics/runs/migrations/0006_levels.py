"""Outcomes by month and by postcode area, for makers to whom no line is granted; with their walls and mirrors."""

import datetime
from importlib import import_module

import django.contrib.postgres.fields
from django.db import migrations, models

import analytics.runs.models
import partners.tenancy.models
from partners.tenancy.walls import MIRRORED, BuildWall, HangMirror, own

first = import_module("analytics.runs.migrations.0002_walls")

NEW = ("areafact", "areamoneyfact", "arearung")
MONTHS = """
UPDATE runs_standing SET first_month = date_trunc('month', first_order_on), last_month = date_trunc('month', last_order_on)
"""
# On the way back what rests on no line goes: the columns that follow cannot be without a value.
FORGET = """
DELETE FROM runs_standing WHERE last_order_on IS NULL;
DELETE FROM runs_standingmoney WHERE order_value IS NULL;
DELETE FROM runs_volumefact WHERE products IS NULL;
DELETE FROM runs_movement WHERE by_area;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0004_walls_and_mirrors"),
    ]

    operations = [
        migrations.CreateModel(
            name="AreaFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                (
                    "purpose",
                    models.PositiveSmallIntegerField(
                        db_default=partners.tenancy.models.ActingPurpose(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("country", models.CharField(max_length=255)),
                ("postcode_area", models.CharField(max_length=10)),
                ("family_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("units", models.DecimalField(decimal_places=4, max_digits=18)),
                ("returned_units", models.DecimalField(decimal_places=4, max_digits=18)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="AreaMoneyFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                (
                    "purpose",
                    models.PositiveSmallIntegerField(
                        db_default=partners.tenancy.models.ActingPurpose(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("country", models.CharField(max_length=255)),
                ("postcode_area", models.CharField(max_length=10)),
                ("family_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("gross_revenue", models.DecimalField(decimal_places=4, max_digits=18)),
                ("net_revenue", models.DecimalField(decimal_places=4, max_digits=18)),
                ("returned_value", models.DecimalField(decimal_places=4, max_digits=18)),
                ("freight", models.DecimalField(decimal_places=4, max_digits=18)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="AreaRung",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                (
                    "purpose",
                    models.PositiveSmallIntegerField(
                        db_default=partners.tenancy.models.ActingPurpose(), editable=False
                    ),
                ),
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveBigIntegerField()),
                ("measure", models.CharField(max_length=40)),
                ("month", models.DateField()),
                ("value", models.FloatField(null=True)),
                ("usual", models.FloatField(null=True)),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("deviation", models.FloatField(null=True)),
                ("state", models.CharField(max_length=12)),
                ("basis", models.CharField(max_length=8)),
                ("months", models.PositiveIntegerField()),
                ("confidence", models.FloatField(null=True)),
                ("first_seen_on", models.DateField(null=True)),
                ("centre", models.FloatField(null=True)),
                ("scale", models.FloatField(null=True)),
                (
                    "values",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(null=True), size=None
                    ),
                ),
                (
                    "lows",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(null=True), size=None
                    ),
                ),
                (
                    "highs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(null=True), size=None
                    ),
                ),
                (
                    "deviations",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(null=True), size=None
                    ),
                ),
                ("country", models.CharField(max_length=255)),
                ("postcode_area", models.CharField(max_length=10)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.RemoveConstraint(
            model_name="movement",
            name="one_movement",
        ),
        migrations.AddField(
            model_name="analysisrun",
            name="levels",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveSmallIntegerField(choices=[(1, "Area"), (2, "Month"), (3, "Line")]),
                default=analytics.runs.models._by_line,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="movement",
            name="by_area",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="standing",
            name="first_month",
            field=models.DateField(default=datetime.date(2000, 1, 1)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="standing",
            name="last_month",
            field=models.DateField(default=datetime.date(2000, 1, 1)),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="standing",
            name="first_order_on",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="standing",
            name="gaps_used",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="standing",
            name="gaps_window",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AlterField(
            model_name="standing",
            name="last_order_on",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="standing",
            name="present_gap",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="standingmoney",
            name="order_value",
            field=models.FloatField(null=True),
        ),
        migrations.AlterField(
            model_name="volumefact",
            name="products",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.UniqueConstraint(
                fields=("audience_id", "purpose", "partnership_id", "value", "by_area"), name="one_movement"
            ),
        ),
        migrations.AddConstraint(
            model_name="areafact",
            constraint=models.UniqueConstraint(
                fields=(
                    "audience_id",
                    "purpose",
                    "partnership_id",
                    "country",
                    "postcode_area",
                    "family_id",
                    "month",
                ),
                name="one_area_fact",
            ),
        ),
        migrations.AddConstraint(
            model_name="areamoneyfact",
            constraint=models.UniqueConstraint(
                fields=(
                    "audience_id",
                    "purpose",
                    "partnership_id",
                    "country",
                    "postcode_area",
                    "family_id",
                    "month",
                    "currency",
                ),
                name="one_area_money_fact",
            ),
        ),
        migrations.AddConstraint(
            model_name="arearung",
            constraint=models.UniqueConstraint(
                fields=("audience_id", "purpose", "partnership_id", "country", "postcode_area", "measure"),
                name="one_area_rung",
            ),
        ),
        migrations.RunSQL(MONTHS, FORGET),
        *(
            BuildWall(
                f"runs_{table}",
                own("audience_id", select=first.CURRENT, insert=first.OWN_AUDIENCE, update=first.CURRENT),
            )
            for table in NEW
        ),
        *(HangMirror(f"runs_{table}", f"distributor_id = {MIRRORED}") for table in NEW),
    ]
