"""Invitations: an administrator's to make, the gate's to find, and a guest's to take, as they stand and in one transaction.

A guest is whoever opened the link. What it may write is told by the invitation that is accepted in the same transaction
(`now()` is the moment at which that began): one seat with just this role and reach, and what is held with it.
"""

import django.contrib.postgres.fields
import django.db.models.functions.text
from django.db import migrations, models

import partners.tenancy.models
from partners.tenancy.walls import ORG, USER, BuildWall, HangMirror, Rules, app_role

ADMINISTERS = "(SELECT app_seat()) = 'administrator'"
IS_GUEST = "(SELECT app_kind()) = 'guest'"
OWN = f"organisation_id = {ORG}"
OPEN = "accepted_at IS NULL AND ended_at IS NULL"
TAKEN_NOW = (
    f"i.organisation_id = {ORG} AND i.founds = '' AND i.accepted_by_id = {USER} AND i.accepted_at = now()"
)
SEATS = (
    f"({ADMINISTERS} AND NOT accepted) OR ({IS_GUEST} AND accepted AND user_id = {USER} AND (role, reach) IN"
    f" (SELECT i.role, i.reach FROM access_invitation i WHERE {TAKEN_NOW}))"
)
# What somebody held in an earlier seat goes, what the invitation names comes.
CLEARS = f"{ADMINISTERS} OR ({IS_GUEST} AND user_id = {USER})"


def gives(reach):
    return (
        f"{ADMINISTERS} OR ({IS_GUEST} AND user_id = {USER} AND content_object_id IN"
        f" (SELECT unnest(i.held) FROM access_invitation i WHERE i.reach = '{reach}' AND {TAKEN_NOW}))"
    )


# Table, command, the rule from now on, the rule as it was (access.0004).
CHANGED = (
    ("organisations_membership", "INSERT", SEATS, ADMINISTERS),
    ("access_partnershipuserobjectpermission", "INSERT", gives("partnerships"), ADMINISTERS),
    ("access_partnershipuserobjectpermission", "DELETE", CLEARS, ADMINISTERS),
    ("access_accountuserobjectpermission", "INSERT", gives("accounts"), ADMINISTERS),
    ("access_accountuserobjectpermission", "DELETE", CLEARS, ADMINISTERS),
)
# Who left, or administers no longer, invites nobody: their links end with their seat.
GATE = """
CREATE FUNCTION gate_invitation(wanted text)
    RETURNS TABLE (invitation_id bigint, organisation_id bigint, organisation varchar, made_by_id bigint, email varchar,
                   name varchar, role varchar, founds varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT i.id, o.id, o.name, i.made_by_id, i.email, i.name, i.role, i.founds
       FROM public.access_invitation i JOIN public.organisations_organisation o ON o.id = i.organisation_id
       WHERE i.digest = wanted AND i.digest <> '' AND i.accepted_at IS NULL AND i.ended_at IS NULL
         AND i.expires_at > now() AND i.tries < 10
         AND (i.made_by_id IS NULL OR EXISTS (SELECT 1 FROM public.organisations_membership m
              WHERE m.organisation_id = o.id AND m.user_id = i.made_by_id AND m.ended_at IS NULL
                AND m.role = 'administrator')) $$;
REVOKE ALL ON FUNCTION gate_invitation(text) FROM PUBLIC;
"""


def open_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION gate_invitation(text) TO {role}")


def policy(table, command, rule):
    check = "USING" if command == "DELETE" else "WITH CHECK"
    name = f"seat_{command.lower()}"
    return (
        f"DROP POLICY {name} ON {table};"
        f" CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR {command} {check} ({rule})"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_only_a_seat_manages"),
        ("organisations", "0008_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="inv")),
                (
                    "organisation_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=120)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("administrator", "administrator"),
                            ("sharing_officer", "sharing_officer"),
                            ("manager", "manager"),
                            ("representative", "representative"),
                            ("finance", "finance"),
                            ("operations", "operations"),
                            ("marketing", "marketing"),
                            ("analyst", "analyst"),
                            ("uploader", "uploader"),
                            ("viewer", "viewer"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "reach",
                    models.CharField(
                        choices=[
                            ("whole", "whole"),
                            ("partnerships", "partnerships"),
                            ("accounts", "accounts"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "held",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "founds",
                    models.CharField(
                        blank=True,
                        choices=[("manufacturer", "Manufacturer"), ("distributor", "Distributor")],
                        max_length=12,
                    ),
                ),
                ("language", models.CharField(max_length=5)),
                (
                    "made_by_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingUser(), editable=False, null=True
                    ),
                ),
                (
                    "mail",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("refused", "Refused"),
                            ("failed", "Failed"),
                        ],
                        default="none",
                        max_length=8,
                    ),
                ),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("accepted_by_id", models.BigIntegerField(null=True)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("organisation_id"),
                        django.db.models.functions.text.Lower("email"),
                        models.F("founds"),
                        condition=models.Q(("accepted_at", None), ("ended_at", None)),
                        name="invited_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("digest", ""), _negated=True), fields=("digest",), name="one_link"
                    ),
                ],
            },
        ),
        BuildWall(
            "access_invitation",
            Rules(
                select=f"{OWN} AND ({ADMINISTERS} OR (SELECT app_kind()) IN ('guest', 'worker'))",
                insert=f"{OWN} AND {ADMINISTERS} AND made_by_id IS NOT DISTINCT FROM {USER} AND {OPEN}",
                update=f"{OWN} AND {OPEN} AND ({ADMINISTERS} OR (SELECT app_kind()) IN ('guest', 'worker'))",
                updated=OWN,
                update_columns=[
                    "held",
                    "made_by_id",
                    "mail",
                    "digest",
                    "tries",
                    "expires_at",
                    "ended_at",
                    "accepted_at",
                    "accepted_by_id",
                ],
            ),
        ),
        HangMirror("access_invitation", "false"),
        *(
            migrations.RunSQL(policy(table, command, rule), policy(table, command, was))
            for table, command, rule, was in CHANGED
        ),
        migrations.RunSQL(GATE, "DROP FUNCTION gate_invitation(text)"),
        migrations.RunPython(open_the_gate, migrations.RunPython.noop),
    ]
