"""Figures for Prometheus: this process's requests and resources, and what waits and happened in the database.

Routes, tasks and states are words from the code. Nothing here tells one organisation from another.
"""

import logging
from collections.abc import Iterator
from functools import cache

from django.db import DatabaseError
from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from integrations.ingestion.gate import count_all_submissions
from partners.audit.journal import count_waiting
from partners.jobs.selectors import count_all_jobs, get_outbox_backlog
from portal.celery import app

OTHER = "other"
logger = logging.getLogger(__name__)

REGISTRY = CollectorRegistry()
REQUEST_SECONDS = Histogram(
    "throughline_request_seconds",
    "How long requests took until their answer began, by the route's name.",
    ["route", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
ProcessCollector(registry=REGISTRY)


class DatabaseFigures(Collector):
    """What the database counts over all organisations, at the moment it is asked; nothing where it does not answer."""

    def collect(self) -> Iterator[Metric]:
        """The backlogs of outbox and journal, jobs by task and state, files by state."""
        try:
            yield from (*_outbox(), _journal(), _jobs(), _submissions())
        except DatabaseError:
            logger.warning("the database gave no figures", exc_info=True)

    def describe(self) -> list[Metric]:
        """Nothing, so that registering asks no database."""
        return []


REGISTRY.register(DatabaseFigures())


def _outbox() -> Iterator[Metric]:
    waiting, oldest_seconds = get_outbox_backlog()
    yield GaugeMetricFamily(
        "throughline_outbox_waiting", "Events not yet handed to the broker.", value=waiting
    )
    yield GaugeMetricFamily(
        "throughline_outbox_oldest_seconds",
        "Age of the oldest of them; 0 where none waits.",
        value=oldest_seconds,
    )


def _journal() -> Metric:
    return GaugeMetricFamily(
        "throughline_journal_waiting",
        "What was taken away and is not in the journal yet.",
        value=count_waiting(),
    )


def _jobs() -> Metric:
    family = GaugeMetricFamily(
        "throughline_jobs", "Jobs ever begun, by task and state.", labels=["task", "state"]
    )
    names = _task_names()
    for place, state, number in count_all_jobs(names):
        family.add_metric([names[place - 1] if place else OTHER, state], number)
    return family


@cache
def _task_names() -> list[str]:
    app.loader.import_default_modules()  # the web sends no tasks and has not met them yet
    return sorted(name for name in app.tasks if not name.startswith("celery."))


def _submissions() -> Metric:
    family = GaugeMetricFamily("throughline_submissions", "Files received, by state.", labels=["state"])
    for state, number in count_all_submissions():
        family.add_metric([state], number)
    return family
