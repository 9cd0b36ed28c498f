"""A file's SKUs are learned under a maker without catalogue: the family for them is made by whoever sells for it."""

from django.db import migrations

from partners.catalogue.models import UNCLASSIFIED
from partners.tenancy.walls import app_role

GATE = f"""
CREATE FUNCTION gate_unclassified(maker bigint, called text) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO public.catalogue_productfamily (public_id, manufacturer_id, name)
    SELECT called, maker, '{UNCLASSIFIED}' FROM public.agreements_partnership p
    WHERE p.manufacturer_id = maker AND p.distributor_id = public.app_org() AND p.state IN ('active', 'suspended')
    ON CONFLICT DO NOTHING;
    SELECT f.id FROM public.catalogue_productfamily f WHERE f.manufacturer_id = maker AND f.name = '{UNCLASSIFIED}' $$;
REVOKE ALL ON FUNCTION gate_unclassified(bigint, text) FROM PUBLIC;
"""


def open_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION gate_unclassified(bigint, text) TO {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0003_mirror"),
        ("agreements", "0007_known_until_days"),
    ]
    operations = [
        migrations.RunSQL(GATE, "DROP FUNCTION gate_unclassified(bigint, text)"),
        migrations.RunPython(open_the_gate, migrations.RunPython.noop),
    ]
