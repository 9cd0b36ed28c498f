"""People, their reach and grants change by somebody who sits in the seat for it: by no worker, and by no partner system.

What the services require, once more in the database, so that a leaked key could not do it by any way.
"""

from django.db import migrations

from partners.tenancy.walls import MAY_SHARE

ADMINISTERS = "(SELECT app_seat()) = 'administrator'"
MANAGED = {
    "organisations_membership": {"INSERT": ADMINISTERS, "UPDATE": ADMINISTERS},
    "access_partnershipuserobjectpermission": {"INSERT": ADMINISTERS, "DELETE": ADMINISTERS},
    "access_accountuserobjectpermission": {"INSERT": ADMINISTERS, "DELETE": ADMINISTERS},
    "agreements_grant": {"UPDATE": MAY_SHARE},
}
CLAUSES = {
    "INSERT": "WITH CHECK ({0})",
    "UPDATE": "USING ({0}) WITH CHECK ({0})",
    "DELETE": "USING ({0})",
}


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_mirror"),
        ("agreements", "0003_mirror"),
        ("organisations", "0006_walls_of_clients"),
    ]
    operations = [
        migrations.RunSQL(
            f"CREATE POLICY seat_{command.lower()} ON {table} AS RESTRICTIVE FOR {command}"
            f" {CLAUSES[command].format(rule)}",
            f"DROP POLICY seat_{command.lower()} ON {table}",
        )
        for table, commands in MANAGED.items()
        for command, rule in commands.items()
    ]
