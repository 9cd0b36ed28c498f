"""A mirror shows one distributor's accounts."""

from django.db import migrations

from partners.tenancy.walls import MIRRORED, HangMirror


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_walls"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        HangMirror("accounts_account", f"organisation_id = {MIRRORED}"),
        HangMirror("accounts_accountidentity", f"organisation_id = {MIRRORED}"),
        HangMirror("accounts_accounthandle", f"distributor_id = {MIRRORED}"),
    ]
