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
            name="ProductFamily",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="fam")),
                ("manufacturer_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=255)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("manufacturer_id", "name"), name="family_once_a_maker")
                ],
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="prd")),
                ("manufacturer_id", models.BigIntegerField()),
                ("learned_by_id", models.BigIntegerField(null=True)),
                ("sku", models.CharField(max_length=255)),
                ("name", models.CharField(blank=True, max_length=255)),
                ("category", models.CharField(blank=True, max_length=255)),
                ("product_line", models.CharField(blank=True, max_length=255)),
                ("launched_on", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
                ("attributes", models.JSONField(default=dict)),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="catalogue.productfamily"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="UnitCost",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "manufacturer_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                ("from_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unit_costs",
                        to="catalogue.product",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ListPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "manufacturer_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                ("from_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="list_prices",
                        to="catalogue.product",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("product", "from_on", "currency"), name="one_list_price")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                fields=("manufacturer_id", "sku", "learned_by_id"),
                name="sku_once_a_maker",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="unitcost",
            constraint=models.UniqueConstraint(
                fields=("product", "from_on", "currency"), name="one_unit_cost"
            ),
        ),
    ]
