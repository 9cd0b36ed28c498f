"""Either side invites and the other answers; what ended grants leave is seen until a day; proposals cross one way."""

from django.db import migrations

from partners.agreements.walls import BOTH_SIDES, ITS_PARTNERSHIP, OWN_PARTNERSHIP
from partners.tenancy.walls import MIRRORED, ORG, PURPOSE, USER, BuildWall, HangMirror, Rules, app_role

GATE = """
CREATE FUNCTION gate_is_maker(wanted bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT EXISTS (SELECT 1 FROM public.organisations_organisation o
       WHERE o.id = wanted AND o.kind = 'manufacturer') $$;
REVOKE ALL ON FUNCTION gate_is_maker(bigint) FROM PUBLIC;
CREATE FUNCTION gate_ended_history(day date) RETURNS TABLE (partnership_id bigint, distributor_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT DISTINCT k.partnership_id, k.distributor_id FROM public.agreements_keptcell k
       WHERE k.seen_until <= day $$;
REVOKE ALL ON FUNCTION gate_ended_history(date) FROM PUBLIC;
CREATE FUNCTION gate_readers() RETURNS TABLE (user_id bigint, name varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT u.id, u.name FROM public.organisations_user u
       WHERE u.id IN (SELECT a.reader_user_id FROM public.audit_accessentry a WHERE a.owner_id = public.app_org()) $$;
REVOKE ALL ON FUNCTION gate_readers() FROM PUBLIC;
"""
GATES = ("gate_is_maker(bigint)", "gate_ended_history(date)", "gate_readers()")
DROP_GATE = "; ".join(f"DROP FUNCTION {name}" for name in GATES)
INVITES = (
    f"state = 'invited' AND invited_by_id = {ORG} AND gate_is_maker(manufacturer_id)"
    " AND NOT gate_is_maker(distributor_id)"
)
INSERTED = (
    f"(manufacturer_id = {ORG} OR distributor_id = {ORG})"
    f" AND (({INVITES}) OR (manufacturer_id = distributor_id AND (SELECT gate_makes())))"
)
INSERTED_BEFORE = f"manufacturer_id = {ORG} AND (state = 'invited' OR manufacturer_id = distributor_id) AND (SELECT gate_makes())"
# A maker answers an invitation, or takes its own back; all else is the distributor's.
MAKER_ANSWERS = f"""
CREATE POLICY maker_answers ON agreements_partnership FOR UPDATE
    USING (manufacturer_id = {ORG} AND state = 'invited')
    WITH CHECK (manufacturer_id = {ORG}
        AND (state = 'declined' OR (state = 'active' AND invited_by_id = distributor_id)))
"""
SEEN = f"distributor_id = {ORG} OR (manufacturer_id = {ORG} AND purposes & {PURPOSE} <> 0{{until}})"
UNTIL = " AND seen_until > current_date"
UNTIL_IF_SET = " AND (seen_until IS NULL OR seen_until > current_date)"
ENDS = f"USING (distributor_id = {ORG} AND {{of}}) WITH CHECK (distributor_id = {ORG} AND revoked_at IS NOT NULL)"
OPEN = "revoked_at IS NULL"
OPEN_OR_KEPT = "(revoked_at IS NULL OR keep_history_until IS NOT NULL)"


def open_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    for name in GATES:
        schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {role}")
    schema_editor.execute(f"GRANT UPDATE (keep_history_until) ON agreements_grant TO {role}")


def close_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"REVOKE UPDATE (keep_history_until) ON agreements_grant FROM {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0004_history_and_proposals"),
        ("audit", "0003_mirror"),
    ]
    operations = [
        migrations.RunSQL(GATE, DROP_GATE),
        migrations.RunPython(open_the_gate, close_the_gate),
        migrations.RunSQL(
            f"ALTER POLICY wall_insert ON agreements_partnership WITH CHECK ({INSERTED})",
            f"ALTER POLICY wall_insert ON agreements_partnership WITH CHECK ({INSERTED_BEFORE})",
        ),
        migrations.RunSQL(MAKER_ANSWERS, "DROP POLICY maker_answers ON agreements_partnership"),
        migrations.RunSQL(
            f"ALTER POLICY wall_update ON agreements_grant {ENDS.format(of=OPEN_OR_KEPT)}",
            f"ALTER POLICY wall_update ON agreements_grant {ENDS.format(of=OPEN)}",
        ),
        migrations.RunSQL(
            "ALTER POLICY wall_select ON agreements_grantedaccount"
            f" USING ({SEEN.format(until=UNTIL_IF_SET)})",
            f"ALTER POLICY wall_select ON agreements_grantedaccount USING ({SEEN.format(until='')})",
        ),
        BuildWall(
            "agreements_keptcell",
            Rules(
                select=SEEN.format(until=UNTIL),
                insert=OWN_PARTNERSHIP,
                update=f"distributor_id = {ORG}",
                update_columns=["purposes"],
                delete=f"distributor_id = {ORG}",
            ),
        ),
        BuildWall(
            "agreements_partnershipchange",
            Rules(
                select=BOTH_SIDES,
                insert=f"({BOTH_SIDES}) AND {ITS_PARTNERSHIP} AND by_id = {ORG}"
                f" AND by_user_id IS NOT DISTINCT FROM {USER}",
            ),
        ),
        BuildWall(
            "agreements_proposal",
            Rules(
                select=f"distributor_id = {ORG} OR (manufacturer_id = {ORG} AND by_id = {ORG})",
                insert=f"({BOTH_SIDES}) AND {ITS_PARTNERSHIP} AND by_id = {ORG} AND by_user_id = {USER}"
                " AND answer = ''",
                update=f"answer = '' AND (distributor_id = {ORG} OR by_id = {ORG})",
                updated=f"(distributor_id = {ORG} AND answer IN ('granted', 'declined'))"
                f" OR (by_id = {ORG} AND answer = 'withdrawn')",
                update_columns=["answer", "answered_at", "answered_by_id", "note"],
            ),
        ),
        HangMirror("agreements_keptcell", f"distributor_id = {MIRRORED}"),
        HangMirror("agreements_partnershipchange", f"distributor_id = {MIRRORED}"),
        HangMirror("agreements_proposal", f"distributor_id = {MIRRORED}"),
    ]
