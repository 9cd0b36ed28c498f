import django.db.models.deletion
from django.db import migrations, models

import partners.tenancy.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_actor_functions"),
        ("agreements", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organisation_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                ("account_type", models.CharField(blank=True, max_length=255)),
                ("industry", models.CharField(blank=True, max_length=255)),
                ("country", models.CharField(blank=True, max_length=255)),
                ("postcode_area", models.CharField(blank=True, max_length=10)),
            ],
            options={
                "permissions": [("work_account", "Works this account")],
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="AccountHandle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("manufacturer_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("epoch", models.PositiveIntegerField()),
                ("token", models.CharField(max_length=40, unique=True)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="AccountIdentity",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="identity",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                (
                    "organisation_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="acc")),
                ("code", models.CharField(max_length=255)),
                ("name", models.CharField(blank=True, max_length=255)),
                ("street", models.CharField(blank=True, max_length=255)),
                ("city", models.CharField(blank=True, max_length=255)),
                ("region", models.CharField(blank=True, max_length=255)),
                ("postcode", models.CharField(blank=True, max_length=255)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["organisation_id"], name="accounts_of_organisation"),
        ),
        migrations.AddField(
            model_name="accounthandle",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="handles", to="accounts.account"
            ),
        ),
        migrations.AddField(
            model_name="accounthandle",
            name="partnership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handles",
                to="agreements.partnership",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountidentity",
            constraint=models.UniqueConstraint(
                fields=("organisation_id", "code"), name="account_code_once_a_distributor"
            ),
        ),
        migrations.AddConstraint(
            model_name="accounthandle",
            constraint=models.UniqueConstraint(
                fields=("partnership", "account", "epoch"), name="one_handle_an_epoch"
            ),
        ),
    ]
