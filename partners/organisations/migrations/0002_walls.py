"""An organisation knows its own people; the gate answers exact-match questions before anybody is known."""

from django.db import migrations

from partners.tenancy.walls import ORG, USER, BuildWall, Rules, app_role, own

# Each runs with the rights of the tables' owner, so each is as narrow as its question.
GATE = """
CREATE FUNCTION gate_login(login text)
    RETURNS TABLE (id bigint, public_id varchar, email varchar, name varchar, password varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT u.id, u.public_id, u.email, u.name, u.password FROM public.organisations_user u
       WHERE lower(u.email) = lower(login) AND u.is_active $$;
CREATE FUNCTION gate_user(known bigint)
    RETURNS TABLE (id bigint, public_id varchar, email varchar, name varchar, password varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT u.id, u.public_id, u.email, u.name, u.password FROM public.organisations_user u
       WHERE u.id = known AND u.is_active $$;
CREATE FUNCTION gate_seats(known bigint)
    RETURNS TABLE (membership_id bigint, organisation_id bigint, public_id varchar, name varchar, kind varchar,
                   currency varchar, role varchar, reach varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT m.id, o.id, o.public_id, o.name, o.kind, o.currency, m.role, m.reach
       FROM public.organisations_membership m JOIN public.organisations_organisation o ON o.id = m.organisation_id
       WHERE m.user_id = known AND m.ended_at IS NULL ORDER BY m.id $$;
CREATE FUNCTION gate_organisation(wanted text) RETURNS TABLE (id bigint, kind varchar, name varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT o.id, o.kind, o.name FROM public.organisations_organisation o WHERE o.slug = wanted $$;
CREATE FUNCTION gate_makes() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT EXISTS (SELECT 1 FROM public.organisations_organisation o
       WHERE o.id = public.app_org() AND o.kind = 'manufacturer') $$;
"""
NAMES = (
    "gate_login(text)",
    "gate_user(bigint)",
    "gate_seats(bigint)",
    "gate_organisation(text)",
    "gate_makes()",
)
DROP_GATE = "; ".join(f"DROP FUNCTION {name}" for name in NAMES)


def open_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    for name in NAMES:
        schema_editor.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0001_initial"),
    ]
    operations = [
        BuildWall("organisations_organisation", own("id", delete=None)),
        BuildWall(
            "organisations_user",
            Rules(
                select=f"id = {USER} OR home_id = {ORG}",
                insert=f"home_id = {ORG}",
                update=f"id = {USER}",
                update_columns=["email", "name", "password", "is_active"],
            ),
        ),
        BuildWall("organisations_membership", own(delete=None)),
        migrations.RunSQL(GATE, DROP_GATE),
        migrations.RunPython(open_the_gate, migrations.RunPython.noop),
    ]
