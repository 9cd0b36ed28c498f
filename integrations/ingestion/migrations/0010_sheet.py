"""The sheet of a workbook that a person chose."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0009_walls_of_corrections"),
    ]

    operations = [
        migrations.AddField(
            model_name="submissioncheck",
            name="sheet",
            field=models.CharField(db_default="", max_length=100),
        ),
    ]
