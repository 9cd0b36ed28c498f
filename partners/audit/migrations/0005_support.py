"""What the installation's keepers read is told from what an organisation's own machines did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0004_by_what_way"),
    ]

    operations = [
        migrations.AddField(
            model_name="accessentry",
            name="reader_support",
            field=models.CharField(blank=True, db_default="", max_length=40),
        ),
    ]
