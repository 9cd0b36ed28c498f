"""The gate tells the organisation's time zone with the seat, for the dates and times of its people."""

from django.db import migrations

from partners.tenancy.walls import app_role

SEATS = """
DROP FUNCTION gate_seats(bigint);
CREATE FUNCTION gate_seats(known bigint)
    RETURNS TABLE (membership_id bigint, organisation_id bigint, public_id varchar, name varchar, kind varchar,
                   currency varchar, {column} role varchar, reach varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT m.id, o.id, o.public_id, o.name, o.kind, o.currency, {value} m.role, m.reach
       FROM public.organisations_membership m JOIN public.organisations_organisation o ON o.id = m.organisation_id
       WHERE m.user_id = known AND m.ended_at IS NULL ORDER BY m.id $$;
REVOKE ALL ON FUNCTION gate_seats(bigint) FROM PUBLIC;
"""


def _rebuild(schema_editor, column, value):
    schema_editor.execute(SEATS.format(column=column, value=value), params=None)
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION gate_seats(bigint) TO {role}")


def with_zone(apps, schema_editor):
    _rebuild(schema_editor, "time_zone varchar,", "o.time_zone,")


def without_zone(apps, schema_editor):
    _rebuild(schema_editor, "", "")


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0003_mirror"),
    ]
    operations = [migrations.RunPython(with_zone, without_zone)]
