"""The clock of agreements: history that was left until a day ends with that day."""

from celery import shared_task
from django.db import connection
from django.utils import timezone

from partners.agreements.services import expire_history
from partners.jobs.services import each_for_itself


@shared_task(name="agreements.tick")
def tick() -> None:
    """What the scheduler sends once a minute. The walls hide what has ended by themselves; this takes it away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT partnership_id, distributor_id FROM gate_ended_history(%s)", [timezone.now().date()]
        )
        ended = cursor.fetchall()
    each_for_itself("the ended history of partnership", ended, expire_history)
