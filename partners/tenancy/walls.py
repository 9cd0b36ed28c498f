"""Walls: row-level security as a migration operation, forced on the owner too.

A wall names, per command, the SQL that a row must satisfy. A command without a rule is not granted to the
application's role at all. Rules are written in terms of the row's own columns and of tables whose walls look
only at their own columns: walls that read each other end in 'infinite recursion'.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

ORG = "(SELECT app_org())"  # as a sub-select it is evaluated once a statement, not once a row
USER = "(SELECT app_user())"
PURPOSE = "(SELECT app_purpose())"
MIRRORED = "(SELECT app_mirror())"
NO_MIRROR = "(SELECT app_kind()) IS DISTINCT FROM 'mirror'"
# A person's own login: for the person alone, in a seat or on the way in, and for no partner system in their name.
NO_MACHINE = "((SELECT app_kind()) = 'visitor' OR (SELECT app_seat()) IS NOT NULL)"
OWN_LOGIN = f"user_id = {USER} AND {NO_MACHINE}"
IS_ERASER = "(SELECT app_kind()) = 'eraser'"
MAY_SHARE = "(SELECT app_seat()) IN ('administrator', 'sharing_officer')"

# Tables that hold no organisation's rows and that the application's role may touch. Any other table that it
# may touch without a wall stops the start.
OPEN_TABLES = {
    "auth_permission": "names of permissions, from the code",
    "django_content_type": "names of models, from the code",
    "django_celery_beat_clockedschedule": "the scheduler's ticks, from the code",
    "django_celery_beat_crontabschedule": "the scheduler's ticks, from the code",
    "django_celery_beat_intervalschedule": "the scheduler's ticks, from the code",
    "django_celery_beat_periodictask": "the scheduler's ticks, from the code; organisations' schedules lie elsewhere",
    "django_celery_beat_periodictasks": "when the scheduler's ticks last changed",
    "django_celery_beat_solarschedule": "the scheduler's ticks, from the code",
    "portal_cache": "counts of attempts at logging in, for minutes; its keys are digests, so that it names nobody",
    "django_session": "found only by its random key, and encrypted under the root key",
}


def app_role() -> str:
    """The role under which web and workers connect."""
    return str(settings.DATABASES["default"]["USER"])


@dataclass(frozen=True)
class Rules:
    """What a row must satisfy for each command; None withholds the command.

    `update_columns` narrows UPDATE to those columns, and `updated` is what a row must satisfy afterwards (else the
    same): an append-only table lets its end be set, once, and nothing else.
    """

    select: str
    insert: str | None = None
    update: str | None = None
    delete: str | None = None
    update_columns: Sequence[str] = ()
    updated: str | None = None


def own(column: str = "organisation_id", **changes: Any) -> Rules:
    """Rows of the acting organisation, for every command."""
    mine = f"{column} = {ORG}"
    return Rules(**{"select": mine, "insert": mine, "update": mine, "delete": mine, **changes})


class BuildWall(Operation):
    """Force row-level security on `table` with `rules`, and grant the application's role just that."""

    reversible = True
    reduces_to_sql = True
    elidable = False

    def __init__(self, table: str, rules: Rules) -> None:
        self.table, self.rules = table, rules

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.table, self.rules], {}

    def describe(self) -> str:
        return f"Build the wall around {self.table}"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Walls are the database's; the model state does not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in self.statements():
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        role = schema_editor.quote_name(app_role())
        schema_editor.execute(f"REVOKE ALL ON {self.table} FROM {role}", params=None)
        for command in ("select", "insert", "update", "delete"):
            schema_editor.execute(f"DROP POLICY IF EXISTS wall_{command} ON {self.table}", params=None)
        schema_editor.execute(f"ALTER TABLE {self.table} NO FORCE ROW LEVEL SECURITY", params=None)
        schema_editor.execute(f"ALTER TABLE {self.table} DISABLE ROW LEVEL SECURITY", params=None)

    def statements(self) -> list[str]:
        """The SQL of the wall, in order."""
        rules, table = self.rules, self.table
        columns = f" ({', '.join(rules.update_columns)})" if rules.update_columns else ""
        clauses = {
            "select": ("SELECT", f"USING ({rules.select})"),
            "insert": ("INSERT", f"WITH CHECK ({rules.insert})") if rules.insert else None,
            "update": (
                f"UPDATE{columns}",
                f"USING ({rules.update}) WITH CHECK ({rules.updated or rules.update})",
            )
            if rules.update
            else None,
            "delete": ("DELETE", f"USING ({rules.delete})") if rules.delete else None,
        }
        given = {name: clause for name, clause in clauses.items() if clause}
        quoted = connections["owner"].ops.quote_name(app_role())
        statements = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"GRANT {', '.join(privilege for privilege, _ in given.values())} ON {table} TO {quoted}",
        ]
        statements += [
            f"CREATE POLICY wall_{name} ON {table} FOR {name.upper()} {clause}"
            for name, (_, clause) in given.items()
        ]
        return [*statements, *sequence_grants(table, quoted)]


class HangMirror(BuildWall):
    """What of `table` a distributor sees that looks through a manufacturer's eyes: `rule`, of what the wall shows.

    A restrictive policy, so that it only ever takes away; nothing is written in a mirror. Each walled table has one,
    or the start is refused.
    """

    def __init__(self, table: str, rule: str) -> None:
        self.table, self.rule = table, rule

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.table, self.rule], {}

    def describe(self) -> str:
        return f"Hang the mirror of {self.table}"

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for name in ("mirror", "mirror_delete"):
            schema_editor.execute(f"DROP POLICY IF EXISTS wall_{name} ON {self.table}", params=None)

    def statements(self) -> list[str]:
        """The SQL of the mirror."""
        return [
            f"CREATE POLICY wall_mirror ON {self.table} AS RESTRICTIVE"
            f" USING ({NO_MIRROR} OR ({self.rule})) WITH CHECK ({NO_MIRROR})",
            f"CREATE POLICY wall_mirror_delete ON {self.table} AS RESTRICTIVE FOR DELETE USING ({NO_MIRROR})",
        ]


class LetErase(BuildWall):
    """Let an eraser take away the rows of `table` that satisfy `rule`: data of the organisation for which it acts.

    `sees`: also what its wall hides, because it was made of that data for another audience. `deletes` False: sees only.
    """

    def __init__(self, table: str, rule: str, *, sees: bool = False, deletes: bool = True) -> None:
        self.table, self.rule, self.sees, self.deletes = table, rule, sees, deletes

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return (
            self.__class__.__qualname__,
            [self.table, self.rule],
            {"sees": self.sees, "deletes": self.deletes},
        )

    def describe(self) -> str:
        return f"Let an eraser into {self.table}"

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for name in ("select", "delete"):
            schema_editor.execute(f"DROP POLICY IF EXISTS erase_{name} ON {self.table}", params=None)
        role = schema_editor.quote_name(app_role())
        schema_editor.execute(
            f"""DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'public'
            AND tablename = '{self.table}' AND policyname = 'wall_delete')
            THEN REVOKE DELETE ON {self.table} FROM {role}; END IF; END $$""",
            params=None,
        )

    def statements(self) -> list[str]:
        """The SQL of it."""
        quoted = connections["owner"].ops.quote_name(app_role())
        commands = [name for name, is_let in (("select", self.sees), ("delete", self.deletes)) if is_let]
        return [
            *([f"GRANT DELETE ON {self.table} TO {quoted}"] if self.deletes else []),
            *(
                f"CREATE POLICY erase_{name} ON {self.table} FOR {name.upper()} USING ({IS_ERASER} AND ({self.rule}))"
                for name in commands
            ),
        ]


def sequence_grants(table: str, quoted_role: str) -> list[str]:
    """Ids come from sequences: the role may draw from those that the table's columns own."""
    return [
        f"""DO $$ DECLARE s text; BEGIN
        FOR s IN SELECT pg_get_serial_sequence('{table}', attname) FROM pg_attribute
            WHERE attrelid = '{table}'::regclass AND attidentity <> '' LOOP
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO {quoted_role}', s); END LOOP; END $$"""
    ]
