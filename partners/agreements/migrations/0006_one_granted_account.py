"""One account that is granted to a maker is found by itself, not only with all others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0005_walls_of_history"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="grantedaccount",
            index=models.Index(
                fields=["manufacturer_id", "category", "account_id"], name="granted_account_of_maker"
            ),
        ),
        migrations.RemoveIndex(
            model_name="grantedaccount",
            name="granted_accounts_of_maker",
        ),
    ]
