"""A mirror shows one distributor's lines."""

from django.db import migrations

from partners.tenancy.walls import MIRRORED, HangMirror


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_walls"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        HangMirror("ledger_document", f"distributor_id = {MIRRORED}"),
        HangMirror("ledger_documentidentity", f"distributor_id = {MIRRORED}"),
        HangMirror("ledger_documentcontact", f"distributor_id = {MIRRORED}"),
        HangMirror("ledger_line", f"distributor_id = {MIRRORED}"),
        HangMirror("ledger_lineprice", f"distributor_id = {MIRRORED}"),
    ]
