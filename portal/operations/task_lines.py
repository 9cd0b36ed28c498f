"""A line when a task begins and one when it ends: by name, id and outcome, never with its arguments."""

import logging
from collections.abc import Mapping
from functools import lru_cache
from time import monotonic
from typing import Any

from celery import Task
from celery.signals import task_postrun, task_prerun
from django.db import DatabaseError

from portal.operations.requests import Work, take_up

OUTCOMES = {"SUCCESS": "done", "RETRY": "put off", "FAILURE": "failed"}
logger = logging.getLogger(__name__)
_begun: dict[str, float] = {}  # by task id: a worker's process has one at hand, tests may have several


def write_task_lines() -> None:
    """Have each task of this process written about."""
    task_prerun.connect(_begin)
    task_postrun.connect(_end)


def _begin(task: "Task[Any, Any]", task_id: str, kwargs: Mapping[str, Any], **_: Any) -> None:
    take_up(Work(organisation=_organisation(kwargs.get("organisation_id"))))
    _begun[task_id] = monotonic()
    logger.info("%(task)s begins (%(task_id)s)", {"task": task.name, "task_id": task_id})


def _end(task: "Task[Any, Any]", task_id: str, state: str | None, **_: Any) -> None:
    milliseconds = round(1000 * (monotonic() - _begun.pop(task_id, monotonic())))
    told = {"task": task.name, "task_id": task_id, "milliseconds": milliseconds}
    told["outcome"] = OUTCOMES.get(state or "", "ended otherwise")
    logger.info("%(task)s %(outcome)s after %(milliseconds)s ms (%(task_id)s)", told)
    take_up(Work())


def _organisation(organisation_id: object) -> str:
    """The public id of the organisation that a task acts for; empty where it says none or it is not to be found out."""
    if not isinstance(organisation_id, int):
        return ""
    try:
        return _public_id(organisation_id)
    except DatabaseError:
        logger.warning("the organisation of a task was not found out", exc_info=True)
        return ""


@lru_cache(maxsize=1024)  # it never changes
def _public_id(organisation_id: int) -> str:
    from partners.organisations.models import Organisation
    from partners.tenancy.actors import worker
    from partners.tenancy.context import acting_as

    with acting_as(worker(organisation_id)):
        found = Organisation.objects.filter(pk=organisation_id).values_list("public_id", flat=True)
        return next(iter(found), "")
