"""What Celery is told about each kind of broker.

A task is safe to arrive twice and must not get lost (see `partners.jobs`): the options lean that way.
"""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict, make_conninfo

# A dead worker's tasks come back after this where the broker goes by the clock (pgmq, Redis). A task that takes
# longer is delivered a second time while it runs: its lease keeps it single, and the copy looks again every few
# seconds, so this may be short. No task may ask to be tried again later than this: it would pile up.
VISIBLE_AGAIN_SECONDS = 60
CONNECT_SECONDS = 4
ANSWER_SECONDS = 10


def transport_options(url: str, queue: str) -> dict[str, Any]:
    """Celery's `broker_transport_options` for the broker at `url`, whose keys there begin with `queue`.

    Raises
    ------
    ImproperlyConfigured
        For a kind of broker that the jobs are not tested on.
    """
    scheme = urlsplit(url).scheme
    if scheme == "pgmq":
        return _pgmq(url)
    if scheme in ("amqp", "amqps"):
        # Without it the relay would mark an event as handed on that died with the connection.
        return {"confirm_publish": True}
    if scheme in ("redis", "rediss"):
        return _redis(queue)
    raise ImproperlyConfigured(
        f"CELERY_BROKER_URL begins with '{scheme}:'. Give the address of RabbitMQ (amqp: or amqps:), of Redis"
        " (redis: or rediss:) or of queues in PostgreSQL (pgmq:)."
    )


def _pgmq(url: str) -> dict[str, Any]:
    address = conninfo_to_dict(url.replace("pgmq:", "postgresql:", 1))
    return {
        # Said in full, or pgmq goes where DATABASE_URL points; as words, for it takes a socket's folder in a
        # URL for a host's name.
        "conn_string": make_conninfo("", **{"connect_timeout": CONNECT_SECONDS, **address}),
        "init_extension": False,  # the queues' tables are loaded once, by whoever makes the database
        "use_notify": True,
        # A task sent within a quarter of a second of another would else wait for the next look, a second later.
        "notify_throttle_interval_ms": 0,
        "wait_time_seconds": 0,
        "visibility_timeout": VISIBLE_AGAIN_SECONDS,
        "pool_size": 3,
        "pool_timeout": CONNECT_SECONDS,
    }


def _redis(queue: str) -> dict[str, Any]:
    return {
        "global_keyprefix": f"{queue}:",  # a cache, or another installation, may lie in the same Redis
        "visibility_timeout": VISIBLE_AGAIN_SECONDS,
        "unacked_restore_throttle": 1,  # looked for every 10 seconds, not every 100
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": ANSWER_SECONDS,
        "socket_keepalive": True,
    }
