"""The guards, each broken in one way: by a sentence, how it is broken, and the check that must notice.

SQL is run by the owner in the transaction of the test; Python is replaced by monkeypatch. Both are taken back.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, models

from partners.agreements import expansion
from partners.organisations.login import list_seats
from tests.isolation.mutants import checks
from tests.isolation.mutants.checks import Check
from tests.isolation.small import Small

Break = Callable[[pytest.MonkeyPatch, Small], None]


@dataclass(frozen=True)
class Mutant:
    """A guard that is broken, and what must notice it."""

    name: str
    how: Break
    check: Check


def lend(statement: str) -> None:
    """Run a statement with the owner's rights (see the fixture `mutable`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lend(%s)", [statement])


def ask(question: str, *values: str) -> str:
    """The one word that a question has for an answer."""
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        (word,) = cursor.fetchone()
    return str(word)


def sql(*statements: str) -> Break:
    def run(monkeypatch: pytest.MonkeyPatch, world: Small) -> None:
        for statement in statements:
            lend(statement)

    return run


def opened(table: str, policy: str = "wall_select") -> Break:
    """The policy lets every row through."""
    return sql(f"ALTER POLICY {policy} ON {table} USING (true)")


def changed(words: str, old: str, new: str) -> str:
    """Some words with one of them changed, which has to stand there."""
    found = re.sub(old, new, words)
    assert found != words, f"'{old}' does not stand in: {words}"
    return found


def reworded(table: str, policy: str, old: str, new: str, clause: str = "USING") -> Break:
    """A policy's own words, changed in one place."""

    def run(monkeypatch: pytest.MonkeyPatch, world: Small) -> None:
        column = "polqual" if clause == "USING" else "polwithcheck"
        words = ask(
            f"SELECT pg_get_expr({column}, polrelid) FROM pg_policy WHERE polname = %s AND polrelid = %s::regclass",
            policy,
            table,
        )
        lend(f"ALTER POLICY {policy} ON {table} {clause} ({changed(words, old, new)})")

    return run


def function(name: str, old: str, new: str) -> Break:
    """A function of the database, changed in one place."""

    def run(monkeypatch: pytest.MonkeyPatch, world: Small) -> None:
        words = ask("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s", name)
        lend(changed(words, old, new))

    return run


def put(*places: str, value: Any) -> Break:
    """Another value or function in these places."""

    def run(monkeypatch: pytest.MonkeyPatch, world: Small) -> None:
        for place in places:
            monkeypatch.setattr(place, value)

    return run


def expanding(old: str, new: str) -> Break:
    """The SQL by which grants are expanded, changed in one place."""

    def run(monkeypatch: pytest.MonkeyPatch, world: Small) -> None:
        tables = tuple(
            one._replace(
                fresh=one.fresh.replace(old, new),
                rests_on={name: sql.replace(old, new) for name, sql in one.rests_on.items()},
            )
            for one in expansion._TABLES
        )
        assert tables != expansion._TABLES, f"'{old}' does not stand in the expansion"
        monkeypatch.setattr(expansion, "_TABLES", tables)

    return run


def organisation_from_header(monkeypatch: pytest.MonkeyPatch, world: Small) -> None:
    from portal.ui import middleware

    known = {one.public_id: world.seats[f"{slug}-admin"].user_id for slug, one in world.orgs.items()}
    chosen = middleware._chosen

    def by_header(request: Any, seats: Any) -> Any:
        wanted = request.headers.get("X-Org")
        return list_seats(known[wanted])[0] if wanted else chosen(request, seats)

    monkeypatch.setattr(middleware, "_chosen", by_header)


def unshown_keys(monkeypatch: pytest.MonkeyPatch, world: Small) -> None:
    from rest_framework import serializers

    from portal.api.fields import Shown

    monkeypatch.setattr(Shown, "to_representation", serializers.Serializer.to_representation)


def mirrors_for_all(monkeypatch: pytest.MonkeyPatch, world: Small) -> None:
    def any_partnership(public_id: str) -> Any:
        from partners.tenancy.actors import mirror

        pair = next(pair for pair, one in world.partnerships.items() if one.public_id == public_id)
        return world.partnerships[pair], mirror(world.orgs[pair[0]].pk, world.orgs[pair[1]].pk)

    monkeypatch.setattr("portal.ui.pages.look_through", any_partnership)


REACH = (
    "partners.access.doors",
    "partners.access.reach",
    "analytics.runs.reading",
    "portal.api.v1.sales.views",
)
MUTANTS = (
    Mutant("Lines are open to everybody", opened("ledger_line"), checks.rows),
    Mutant("Prices are open to everybody", opened("ledger_lineprice"), checks.rows),
    Mutant("Document numbers are open to everybody", opened("ledger_documentidentity"), checks.rows),
    Mutant("Salespeople are open to everybody", opened("ledger_documentcontact"), checks.rows),
    Mutant("Accounts are open to everybody", opened("accounts_account"), checks.rows),
    Mutant("Names are open to everybody", opened("accounts_accountidentity"), checks.rows),
    Mutant("Handles are open to everybody", opened("accounts_accounthandle"), checks.rows),
    Mutant(
        "Row-level security is off for lines",
        sql("ALTER TABLE ledger_line DISABLE ROW LEVEL SECURITY"),
        checks.rows,
    ),
    Mutant("Grants are open to everybody", opened("agreements_grant"), checks.registers),
    Mutant("Granted cells are open to everybody", opened("agreements_grantedcell"), checks.registers),
    Mutant("Granted accounts are open to everybody", opened("agreements_grantedaccount"), checks.registers),
    Mutant("Partnerships are open to everybody", opened("agreements_partnership"), checks.registers),
    Mutant("People are open to everybody", opened("organisations_user"), checks.registers),
    Mutant("Seats are open to everybody", opened("organisations_membership"), checks.registers),
    Mutant("The access log is open to everybody", opened("audit_accessentry"), checks.registers),
    Mutant("The record is open to everybody", opened("audit_auditentry"), checks.registers),
    Mutant("Original files are open to everybody", opened("ingestion_submissionpiece"), checks.registers),
    Mutant("A maker's costs are open to everybody", opened("catalogue_unitcost"), checks.registers),
    Mutant("A mirror takes nothing away", sql("DROP POLICY wall_mirror ON ledger_line"), checks.eyes),
    Mutant(
        "A mirror is no restriction but a permission",
        sql(
            "DROP POLICY wall_mirror ON ledger_line",
            "CREATE POLICY wall_mirror ON ledger_line AS PERMISSIVE USING (distributor_id = app_mirror())",
        ),
        checks.eyes,
    ),
    Mutant(
        "Granularity is read the wrong way round",
        reworded("ledger_line", "wall_select", r"granularity >= 3", "granularity <= 3"),
        checks.rows,
    ),
    Mutant(
        "Every purpose is served",
        function("app_purpose", r"SELECT .*::integer, 0\)", "SELECT 31"),
        checks.rows,
    ),
    Mutant(
        "What was taken back is shown",
        reworded("ledger_line", "wall_select", r"\(superseded_at IS NULL\)", "true"),
        checks.taken_back,
    ),
    Mutant(
        "Outcomes are shown whatever their epoch",
        sql(
            *(
                f"ALTER POLICY wall_select ON runs_{table} USING (audience_id = app_org())"
                for table in ("analysisrun", "standing", "finding")
            )
        ),
        checks.outcomes,
    ),
    Mutant(
        "A document is shown whatever became of its sight",
        sql(
            "ALTER POLICY wall_select ON reports_reportfile"
            " USING (organisation_id = app_org() AND reader_user_id = app_user())"
        ),
        checks.outcomes,
    ),
    Mutant(
        "A document is shown to the whole organisation",
        reworded(
            "reports_reportfile", "wall_select", r"reader_user_id = \( ?SELECT app_user\(\)[^)]*\)", "true"
        ),
        checks.documents,
    ),
    Mutant(
        "A document is read with other rights than it was written with",
        put(
            "portal.reports.selectors.digest_of_rights",
            "portal.reports.writing.digest_of_rights",
            value=lambda: "",
        ),
        checks.documents,
    ),
    Mutant(
        "A cursor forgets its epoch",
        put("portal.api.cursors._sight", value=lambda found: ""),
        checks.outcomes,
    ),
    Mutant(
        "Needs are forgotten in the expansion",
        expanding("HAVING count(needs.needed) = count(n.category)", ""),
        checks.rows,
    ),
    Mutant("Revoked grants go on counting", expanding("AND g.revoked_at IS NULL", ""), checks.closed),
    Mutant("Suspended partnerships go on counting", expanding("AND s.state = 'active'", ""), checks.closed),
    Mutant(
        "A grant's last month is one too many",
        expanding("h.month < g.to_month", "h.month <= g.to_month"),
        checks.rows,
    ),
    Mutant(
        "A grant is for every family",
        expanding("ON (g.family_id IS NULL OR g.family_id = h.family_id)", "ON true"),
        checks.rows,
    ),
    Mutant(
        "Accounts are known by what is granted by area",
        expanding("AND granularity >= 2", "AND granularity >= 1"),
        checks.by_area,
    ),
    Mutant(
        "History is shown however late it was recorded",
        reworded("ledger_line", "wall_kept", r"k\.recorded_until >= ledger_line\.recorded_at", "true"),
        checks.closed,
    ),
    Mutant(
        "The manager does not raise where nobody acts",
        put("partners.tenancy.models.ScopedManager.get_queryset", value=models.Manager.get_queryset),
        checks.nobody,
    ),
    Mutant(
        "Every permission is given",
        put("portal.ui.pages.require", value=lambda permission: None),
        checks.doors,
    ),
    Mutant(
        "Reading is not noted",
        put("partners.ledger.selectors.note_read", value=lambda *_, **__: None),
        checks.record_of_reading,
    ),
    Mutant(
        "Who holds some accounts reads all",
        put(*(f"{module}.accounts_in_reach" for module in REACH), value=lambda: None),
        checks.interface,
    ),
    Mutant(
        "Who works some partnerships reads all",
        put("partners.access.doors.partnerships_in_reach", value=lambda: _all_partnerships()),
        checks.interface,
    ),
    Mutant("What is withheld is null in the interface", unshown_keys, checks.interface),
    Mutant("The organisation is taken from a header", organisation_from_header, checks.doors),
    Mutant(
        "Any seat may be chosen",
        put(
            "portal.ui.session.views.find_seat",
            value=lambda request, wanted: SimpleNamespace(membership_id=1),
        ),
        checks.doors,
    ),
    Mutant("Any mirror may be looked into", mirrors_for_all, checks.doors),
    Mutant(
        "A seat that ended is a seat",
        function("gate_seats", r"AND m\.ended_at IS NULL", ""),
        checks.leavers,
    ),
    Mutant(
        "A key opens when its owner has left",
        function("gate_credential", r"AND m\.ended_at IS NULL", ""),
        checks.leavers,
    ),
    Mutant(
        "A key opens when its system was ended",
        function("gate_credential", r"AND c\.ended_at IS NULL", ""),
        checks.leavers,
    ),
    Mutant(
        "Anybody of the distributor grants",
        reworded(
            "agreements_grant",
            "wall_insert",
            r"\(\( ?SELECT app_seat\(\)[^)]*\) = ANY.*?\]\)\)",
            "true",
            "WITH CHECK",
        ),
        checks.writing,
    ),
    Mutant(
        "Seats are written for any organisation",
        sql(
            "ALTER POLICY wall_insert ON organisations_membership WITH CHECK (true)",
        ),
        checks.writing,
    ),
    Mutant(
        "Lines are superseded by anybody who sees them",
        sql(
            "ALTER POLICY wall_update ON ledger_line USING (true) WITH CHECK (true)",
            "ALTER POLICY wall_select ON ledger_line USING (true)",
        ),
        checks.writing,
    ),
)


def _all_partnerships() -> Any:
    from partners.agreements.models import Partnership

    return Partnership.objects.all()
