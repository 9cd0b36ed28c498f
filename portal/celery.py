"""The Celery application. Its broker, queues and limits are the CELERY_* settings."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging, worker_init

from portal.operations.task_lines import write_task_lines

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# Containers run as root; what this warns of, messages that carry code, is refused here (JSON alone).
warnings.filterwarnings("ignore", "You're running the worker with superuser privileges", SecurityWarning)

LOW_PRIORITY = 10  # of workers and all that they start: pages come first

app = Celery("throughline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
write_task_lines()


@worker_init.connect
def _start_safely(**_: Any) -> None:
    from portal.database import prepare_for_service

    prepare_for_service()
    os.nice(LOW_PRIORITY)


@setup_logging.connect
def _keep_logging(**_: Any) -> None:
    """Django has set up the logs already; Celery leaves them alone where somebody answers this signal."""
