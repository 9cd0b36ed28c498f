"""Second factors and sessions are their person's own; a machine that acts in somebody's name never meets them.

The tables are allauth's, which knows of no walls: whoever asks while nobody acts finds nothing, so what lets people in
asks as the person who is coming (`partners.tenancy.actors.visitor`), or raises.
"""

from django.db import migrations

from partners.tenancy.walls import NO_MACHINE, OWN_LOGIN, BuildWall, HangMirror, Rules

OWN = Rules(select=OWN_LOGIN, insert=OWN_LOGIN, update=OWN_LOGIN, delete=OWN_LOGIN)


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0006_walls_of_clients"),
        ("tenancy", "0004_cache"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
    ]
    operations = [
        BuildWall("mfa_authenticator", OWN),
        HangMirror("mfa_authenticator", "false"),
        BuildWall("usersessions_usersession", OWN),
        HangMirror("usersessions_usersession", "false"),
        # A leaked key cannot set its owner's password.
        migrations.RunSQL(
            f"CREATE POLICY no_machine_update ON organisations_user AS RESTRICTIVE FOR UPDATE"
            f" USING ({NO_MACHINE}) WITH CHECK ({NO_MACHINE})",
            "DROP POLICY no_machine_update ON organisations_user",
        ),
    ]
