"""manage.py relay: hand what is written in the outbox to the broker, as soon as it is committed."""

import logging
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from partners.audit.journal import keep_journal
from partners.jobs.services import relay_waiting, wait_again
from portal.broker import ANSWER_SECONDS
from portal.celery import app
from portal.database import prepare_for_service
from portal.dispatch import DISPATCH

QUIET_SECONDS = 10.0  # a look without being woken, in case a wake-up was lost with a connection
BROKER_AWAY = "The broker does not answer. What waits in the outbox stays there."
logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Runs until it is stopped; several may run at once (rows are skipped while another holds them)."""

    help = "Relay outbox events to the workers."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="relay what waits now, and end")

        parser.add_argument(
            "--again",
            type=float,
            metavar="HOURS",
            help="first have the events of the last hours wait again: the broker, or what it held, was lost",
        )

    def handle(self, *args: Any, once: bool, again: float | None, **options: Any) -> None:
        prepare_for_service()
        if again is not None:
            events = wait_again(timezone.now() - timedelta(hours=again))
            self.stdout.write(f"{events} events are handed on again; what is done by now is not done again.")
        while True:
            _listen()  # before looking, so that nothing falls in between
            keep_journal()  # what somebody who died in between left to be written
            try:
                while relay_waiting(DISPATCH, _send):
                    pass
            except OperationalError as error:
                if once:
                    raise CommandError(f"{BROKER_AWAY} Start the broker and run this again.") from error
                logger.warning("%s Looking again in %.0f s at the latest.", BROKER_AWAY, QUIET_SECONDS)
            if once:
                return
            _wait()


def _send(task: str, payload: dict[str, Any]) -> None:
    app.send_task(task, kwargs=payload, confirm_timeout=ANSWER_SECONDS)


def _listen() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LISTEN throughline_outbox")


def _wait() -> None:
    with connection.cursor() as cursor:
        raw = cursor.connection
        for _ in raw.notifies(timeout=QUIET_SECONDS, stop_after=1):
            return
