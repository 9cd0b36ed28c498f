"""The portal's settings, for tests: an embedded database of their own, quick and forgetful.

pytest-django loads settings before any conftest, so what they read from the environment is put there here.
Several test runs may share the checkout: each has a database and a queue named after its process.
"""

import os
from pathlib import Path

TEST_HOME = Path(__file__).resolve().parent.parent / ".throughline" / "test"
RUN, WORKER = "THROUGHLINE_TEST_RUN", "PYTEST_XDIST_WORKER"
if os.environ.get(WORKER) != os.environ.get("THROUGHLINE_TEST_WORKER"):
    # One of several processes that share the tests: a run of its own, which its child processes inherit.
    os.environ.update({RUN: str(os.getpid()), "THROUGHLINE_TEST_WORKER": os.environ[WORKER]})
TEST_RUN = os.environ.setdefault(RUN, str(os.getpid()))
os.environ["THROUGHLINE_JOURNAL"] = str(TEST_HOME.parent / f"test_journal_{TEST_RUN}")
if "DATABASE_URL" not in os.environ:
    TEST_HOME.parent.mkdir(mode=0o711, exist_ok=True)
    os.environ["THROUGHLINE_HOME"] = str(TEST_HOME)

from portal.broker import transport_options  # noqa: E402
from portal.settings import *  # noqa: E402, F403
from portal.settings import CELERY_BEAT_SCHEDULE, CELERY_BROKER_URL, DATABASES  # noqa: E402

EMBEDDED_DURABLE = False
DATABASES["owner"]["TEST"]["NAME"] = f"test_throughline_{TEST_RUN}"
CELERY_TASK_DEFAULT_QUEUE = f"throughline_{TEST_RUN}"
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(CELERY_BROKER_URL, CELERY_TASK_DEFAULT_QUEUE)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BEAT_SCHEDULE = {
    room: {**tick, "schedule": 1.0} for room, tick in CELERY_BEAT_SCHEDULE.items()
}  # nobody waits
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
