"""A mirror shows one distributor's agreement."""

from django.db import migrations

from partners.tenancy.walls import MIRRORED, HangMirror


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0002_walls"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        HangMirror("agreements_partnership", f"distributor_id = {MIRRORED}"),
        HangMirror("agreements_grant", f"distributor_id = {MIRRORED}"),
        HangMirror("agreements_heldcell", f"distributor_id = {MIRRORED}"),
        HangMirror("agreements_grantedcell", f"distributor_id = {MIRRORED}"),
        HangMirror("agreements_grantedaccount", f"distributor_id = {MIRRORED}"),
    ]
