"""Pieces of files are packed before they come to the database, which leaves them as they are."""

import zlib

from django.db import migrations


def _rewrite(schema_editor, rewritten):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT submission_id, number FROM ingestion_submissionpiece ORDER BY 1, 2")
        keys = cursor.fetchall()
        for key in keys:
            cursor.execute(
                "SELECT content FROM ingestion_submissionpiece WHERE (submission_id, number) = (%s, %s)", key
            )
            cursor.execute(
                "UPDATE ingestion_submissionpiece SET content = %s WHERE (submission_id, number) = (%s, %s)",
                [rewritten(bytes(cursor.fetchone()[0])), *key],
            )


def pack(apps, schema_editor):
    _rewrite(schema_editor, lambda piece: zlib.compress(piece, 1))


def unpack(apps, schema_editor):
    _rewrite(schema_editor, zlib.decompress)


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0011_source_folder"),
    ]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE ingestion_submissionpiece ALTER COLUMN content SET STORAGE EXTERNAL",
            "ALTER TABLE ingestion_submissionpiece ALTER COLUMN content SET STORAGE EXTENDED",
        ),
        migrations.RunPython(pack, unpack),
    ]
