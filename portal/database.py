"""What happens between 'a command was typed' and 'the database is there, up to date and safe'."""

import hashlib
import sys
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from partners.tenancy.router import OWNER
from partners.tenancy.startup import refuse_unsafe_database
from portal.embedded import ensure_running
from portal.home import HomeError, locked
from portal.logs import report_what_nobody_caught


def start_embedded() -> None:
    """Have the embedded server running, unless DATABASE_URL names another."""
    if settings.EMBEDDED_HOME:
        ensure_running(settings.EMBEDDED_HOME, durable=settings.EMBEDDED_DURABLE)


def migrate_embedded() -> None:
    """Migrate the embedded database if its migrations are not those it saw last."""
    if not settings.EMBEDDED_HOME:
        return
    # Beside the cluster, so that the note goes when the cluster goes.
    seen = settings.EMBEDDED_HOME / "server" / "migrated"
    with locked(settings.EMBEDDED_HOME / "migrate.lock"):
        wanted = _fingerprint()
        if seen.exists() and seen.read_text() == wanted:
            return
        call_command("migrate", database=OWNER, verbosity=0, interactive=False, stdout=sys.stderr)
        seen.write_text(wanted)


def forget_migrations() -> None:
    """Have the next command look at the migrations again: somebody migrates by hand."""
    if settings.EMBEDDED_HOME:
        (settings.EMBEDDED_HOME / "server" / "migrated").unlink(missing_ok=True)


def prepare_for_service() -> None:
    """Before a web or worker process serves anybody: the database is there, its walls hold, and it
    knows what was taken away.

    Raises
    ------
    SystemExit
        With the reason, where they do not: Celery and uvicorn let nothing less end the process.
    """
    from partners.audit.journal import refuse_older_database  # needs the applications loaded

    report_what_nobody_caught()
    try:
        start_embedded()
        refuse_unsafe_database()
        refuse_older_database()
    except (HomeError, ImproperlyConfigured) as error:
        sys.exit(str(error))


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for app in apps.get_app_configs():
        for path in sorted((Path(app.path) / "migrations").glob("*.py")):
            digest.update(f"{app.label}/{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()
