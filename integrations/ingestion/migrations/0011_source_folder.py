"""Files come from a watched folder, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0010_sheet"),
    ]

    operations = [
        migrations.AlterField(
            model_name="submission",
            name="source",
            field=models.CharField(
                choices=[("command", "Command"), ("upload", "Upload"), ("api", "Api"), ("folder", "Folder")],
                max_length=10,
            ),
        ),
    ]
