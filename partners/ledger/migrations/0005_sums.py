"""The sums by month, of accounts and of postcode areas, filled from the lines that live; and their walls and mirrors."""

from django.db import migrations, models

from partners.agreements.models import Category, Granularity
from partners.agreements.walls import OWN_LINES, granted_accounts, granted_cells
from partners.tenancy.walls import MIRRORED, ORG, BuildWall, HangMirror, own

ACCOUNTS = """
CREATE TEMP TABLE summed_line ON COMMIT DROP AS
SELECT l.partnership_id, l.distributor_id, k.id AS account_id, k.country, k.postcode_area, l.family_id, l.month,
       l.kind, l.quantity, l.document_id, p.currency, p.list_price, p.net_amount, p.freight
FROM ledger_line l
JOIN accounts_account a ON a.id = l.account_id
JOIN accounts_account k ON k.id = coalesce(a.merged_into_id, a.id)
LEFT JOIN ledger_lineprice p ON p.line_id = l.id AND p.partnership_id = l.partnership_id
WHERE l.superseded_at IS NULL AND l.kind IN ('sale', 'correction', 'return');
INSERT INTO ledger_accountmonth (partnership_id, distributor_id, account_id, country, postcode_area, family_id, month,
    units, returned_units, documents, lines, changed_at)
SELECT partnership_id, distributor_id, account_id, country, postcode_area, family_id, month,
       coalesce(sum(quantity) FILTER (WHERE kind <> 'return'), 0),
       coalesce(-sum(quantity) FILTER (WHERE kind = 'return'), 0),
       count(DISTINCT document_id) FILTER (WHERE kind = 'sale' AND quantity > 0), count(*), now()
FROM summed_line GROUP BY partnership_id, distributor_id, account_id, country, postcode_area, family_id, month;
INSERT INTO ledger_accountmonthmoney (partnership_id, distributor_id, account_id, country, postcode_area, family_id,
    month, currency, net_of_listed, net_of_unlisted, list_value, returned_value, freight, lines, unlisted, changed_at)
SELECT partnership_id, distributor_id, account_id, country, postcode_area, family_id, month, currency,
       coalesce(sum(net_amount) FILTER (WHERE kind <> 'return' AND list_price IS NOT NULL), 0),
       coalesce(sum(net_amount) FILTER (WHERE kind <> 'return' AND list_price IS NULL), 0),
       coalesce(sum(list_price * quantity) FILTER (WHERE kind <> 'return'), 0),
       coalesce(-sum(net_amount) FILTER (WHERE kind = 'return'), 0),
       coalesce(sum(freight), 0), count(*), count(*) FILTER (WHERE kind <> 'return' AND list_price IS NULL), now()
FROM summed_line WHERE net_amount IS NOT NULL
GROUP BY partnership_id, distributor_id, account_id, country, postcode_area, family_id, month, currency;
DROP TABLE summed_line;
"""
AREAS = """
INSERT INTO ledger_areamonth (partnership_id, distributor_id, country, postcode_area, family_id, month, units,
    returned_units, changed_at)
SELECT partnership_id, distributor_id, country, postcode_area, family_id, month, sum(units), sum(returned_units), now()
FROM ledger_accountmonth GROUP BY partnership_id, distributor_id, country, postcode_area, family_id, month;
INSERT INTO ledger_areamonthmoney (partnership_id, distributor_id, country, postcode_area, family_id, month, currency,
    net_of_listed, net_of_unlisted, list_value, returned_value, freight, is_whole, changed_at)
SELECT m.partnership_id, m.distributor_id, m.country, m.postcode_area, m.family_id, m.month, m.currency,
       sum(m.net_of_listed), sum(m.net_of_unlisted), sum(m.list_value), sum(m.returned_value), sum(m.freight),
       sum(m.lines) = (SELECT sum(u.lines) FROM ledger_accountmonth u WHERE
           (u.partnership_id, u.country, u.postcode_area, u.family_id, u.month)
           = (m.partnership_id, m.country, m.postcode_area, m.family_id, m.month)), now()
FROM ledger_accountmonthmoney m
GROUP BY m.partnership_id, m.distributor_id, m.country, m.postcode_area, m.family_id, m.month, m.currency;
"""
OWN = f"distributor_id = {ORG}"
KNOWN = granted_accounts("distributor_id, account_id", Category.VOLUME)
SEEN = {
    "ledger_accountmonth": f"{granted_cells(Category.VOLUME, Granularity.MONTH)} AND {KNOWN}",
    "ledger_accountmonthmoney": f"{granted_cells(Category.PRICE, Granularity.MONTH)} AND {KNOWN}",
    "ledger_areamonth": granted_cells(Category.VOLUME, Granularity.AREA),
    "ledger_areamonthmoney": granted_cells(Category.PRICE, Granularity.AREA),
}


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_kept_history"),
        ("accounts", "0004_merged_accounts"),
        ("agreements", "0003_mirror"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountMonth",
            fields=[
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("country", models.CharField(max_length=255)),
                ("postcode_area", models.CharField(max_length=10)),
                ("family_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("changed_at", models.DateTimeField()),
                ("units", models.DecimalField(decimal_places=4, max_digits=18)),
                ("returned_units", models.DecimalField(decimal_places=4, max_digits=18)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "partnership_id",
                        "account_id",
                        "family_id",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("documents", models.IntegerField()),
                ("lines", models.IntegerField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="AccountMonthMoney",
            fields=[
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("country", models.CharField(max_length=255)),
                ("postcode_area", models.CharField(max_length=10)),
                ("family_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("changed_at", models.DateTimeField()),
                ("currency", models.CharField(max_length=3)),
                ("net_of_listed", models.DecimalField(decimal_places=4, max_digits=18)),
                ("net_of_unlisted", models.DecimalField(decimal_places=4, max_digits=18)),
                ("list_value", models.DecimalField(decimal_places=8, max_digits=26)),
                ("returned_value", models.DecimalField(decimal_places=4, max_digits=18)),
                ("freight", models.DecimalField(decimal_places=4, max_digits=18)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "partnership_id",
                        "account_id",
                        "family_id",
                        "month",
                        "currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("lines", models.IntegerField()),
                ("unlisted", models.IntegerField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="AreaMonth",
            fields=[
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("country", models.CharField(max_length=255)),
                ("postcode_area", models.CharField(max_length=10)),
                ("family_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("changed_at", models.DateTimeField()),
                ("units", models.DecimalField(decimal_places=4, max_digits=18)),
                ("returned_units", models.DecimalField(decimal_places=4, max_digits=18)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "partnership_id",
                        "country",
                        "postcode_area",
                        "family_id",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
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
            name="AreaMonthMoney",
            fields=[
                ("partnership_id", models.BigIntegerField()),
                ("distributor_id", models.BigIntegerField()),
                ("country", models.CharField(max_length=255)),
                ("postcode_area", models.CharField(max_length=10)),
                ("family_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("changed_at", models.DateTimeField()),
                ("currency", models.CharField(max_length=3)),
                ("net_of_listed", models.DecimalField(decimal_places=4, max_digits=18)),
                ("net_of_unlisted", models.DecimalField(decimal_places=4, max_digits=18)),
                ("list_value", models.DecimalField(decimal_places=8, max_digits=26)),
                ("returned_value", models.DecimalField(decimal_places=4, max_digits=18)),
                ("freight", models.DecimalField(decimal_places=4, max_digits=18)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "partnership_id",
                        "country",
                        "postcode_area",
                        "family_id",
                        "month",
                        "currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("is_whole", models.BooleanField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.RunSQL(ACCOUNTS, migrations.RunSQL.noop),
        migrations.RunSQL(AREAS, migrations.RunSQL.noop),
        *(
            BuildWall(table, own("distributor_id", select=f"{OWN} OR ({seen})", insert=OWN_LINES))
            for table, seen in SEEN.items()
        ),
        *(HangMirror(table, f"distributor_id = {MIRRORED}") for table in SEEN),
    ]
