"""The database's view of who is acting, and the application role's rights on the tables that belong to nobody."""

from django.db import migrations

from partners.tenancy.walls import app_role

FUNCTIONS = """
CREATE FUNCTION app_org() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.org', true), '')::bigint $$;
CREATE FUNCTION app_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.user', true), '')::bigint $$;
CREATE FUNCTION app_purpose() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(nullif(current_setting('app.purpose', true), '')::integer, 0) $$;
CREATE FUNCTION app_kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.kind', true), '') $$;
CREATE FUNCTION app_seat() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.seat', true), '') $$;
"""
DROP = "DROP FUNCTION app_org(); DROP FUNCTION app_user(); DROP FUNCTION app_purpose(); DROP FUNCTION app_kind(); DROP FUNCTION app_seat();"


def open_the_common_tables(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT SELECT ON auth_permission, django_content_type TO {role}")
    schema_editor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON django_session TO {role}")


def close_the_common_tables(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"REVOKE ALL ON auth_permission, django_content_type, django_session FROM {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP),
        migrations.RunPython(open_the_common_tables, close_the_common_tables),
    ]
