"""The clock of agreements: history that was left until a day ends with that day."""

import logging

from celery import shared_task
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from partners.agreements.services import expire_history
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as

logger = logging.getLogger(__name__)


@shared_task(name="agreements.tick")
def tick() -> None:
    """What the scheduler sends once a minute. The walls hide what has ended by themselves; this takes it away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT partnership_id, distributor_id FROM gate_ended_history(%s)", [timezone.now().date()]
        )
        ended = cursor.fetchall()
    for partnership_id, distributor_id in ended:
        try:
            with acting_as(worker(distributor_id)):
                expire_history(partnership_id)
        except (OperationalError, InterfaceError):
            raise  # the database is not there: not for the others either
        except Exception:
            logger.exception("the history of partnership %s cannot be taken away", partnership_id)
