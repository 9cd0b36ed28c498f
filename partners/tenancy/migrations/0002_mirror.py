"""The distributor that looks through a manufacturer's eyes, as the walls know it."""

from django.db import migrations

MIRROR = """
CREATE FUNCTION app_mirror() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.mirror', true), '')::bigint $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0001_actor_functions"),
    ]
    operations = [migrations.RunSQL(MIRROR, "DROP FUNCTION app_mirror()")]
