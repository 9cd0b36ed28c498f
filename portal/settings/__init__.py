"""Every setting, from the environment. Without DATABASE_URL the embedded PostgreSQL is used."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.broker import CONNECT_SECONDS, transport_options
from portal.embedded import Addresses, addresses
from portal.home import CHECKOUT, home, root_key, secret_key

BASE_DIR = CHECKOUT
SHORTEST_TOKEN = 32
DEBUG = os.environ.get("THROUGHLINE_DEBUG") == "1"
SECRET_KEY = secret_key()
ROOT_KEY = root_key()  # the keys of pseudonyms, handles and second factors are derived from it

# Where people reach the portal. An https address turns on everything that plain http would break.
PUBLIC_URL = os.environ.get("THROUGHLINE_PUBLIC_URL", "http://localhost:8000").rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = [
    urlsplit(PUBLIC_URL).hostname or "localhost",
    *("localhost", "127.0.0.1", "[::1]"),
    *os.environ.get("THROUGHLINE_ALLOWED_HOSTS", "").split(),
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "django_celery_beat",
    "django_htmx",
    "partners.tenancy",
    "partners.audit",
    "partners.jobs",
    "partners.organisations",
    "partners.agreements",
    "partners.access",
    "partners.catalogue",
    "partners.accounts",
    "partners.ledger",
    "partners.engagement",
    "analytics.runs",
    "integrations.ingestion",
    "integrations.connectors",
    "portal.reports",
    "portal.people",
    "portal.custody",
    "portal.api",
    "portal.ui",
    "portal.benchmarks",
]
MIDDLEWARE = [
    "portal.operations.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.operations.middleware.ProbeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",  # passes by what must not be stored, as all pages are
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.ui.middleware.MirrorMiddleware",
    "portal.api.middleware.ClientMiddleware",
    "portal.ui.middleware.ActorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "portal.urls"
ASGI_APPLICATION = "portal.asgi.application"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ]
        },
    }
]

# --- the database, by two roles ---
EMBEDDED_HOME = None if os.environ.get("DATABASE_URL") else home()
EMBEDDED_DURABLE = True


def _given_addresses() -> Addresses:
    if EMBEDDED_HOME:
        return addresses(EMBEDDED_HOME)
    broker_url = os.environ.get("CELERY_BROKER_URL")
    if not broker_url:
        raise ImproperlyConfigured(
            "DATABASE_URL is set but CELERY_BROKER_URL is not. Set both, or neither of them for the embedded"
            " database."
        )
    return Addresses(os.environ["DATABASE_URL"], os.environ.get("DATABASE_OWNER_URL", ""), broker_url, "")


ADDRESSES = _given_addresses()


def _database(url: str, test: dict[str, Any]) -> dict[str, Any]:
    # No connection outlives its request: under ASGI each request has a thread of its own, and connections
    # kept by threads that have ended used up the server's 60 (measured: 177 of 300 requests failed).
    found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=0, test_options=test))
    found["OPTIONS"] = {"connect_timeout": CONNECT_SECONDS, **found.get("OPTIONS", {})}
    return found


DATABASES = {
    # Web and workers: owns nothing, bypasses nothing. The tests' database is made through `owner`.
    "default": _database(ADDRESSES.app_url, {"MIRROR": "owner"}),
}
if ADDRESSES.owner_url:  # known to whoever migrates; web and workers do better without
    DATABASES["owner"] = _database(ADDRESSES.owner_url, {"DEPENDENCIES": []})


def _journal() -> Path:
    """Where it is written down, outside the database, what was taken away."""
    given = os.environ.get("THROUGHLINE_JOURNAL")
    if not given and not EMBEDDED_HOME:
        raise ImproperlyConfigured(
            "DATABASE_URL is set but THROUGHLINE_JOURNAL is not. Name a folder that this user may write, on another"
            " disk than the database: from it a restored backup learns what was taken away after it."
        )
    return Path(given).absolute() if given else home() / "journal"


JOURNAL = _journal()
DATABASE_ROUTERS = ["partners.tenancy.router.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ---
AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = ["partners.organisations.login.GateBackend"]
ANONYMOUS_USER_NAME = None  # guardian: nobody holds anything without a name
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # e-mail addresses are unique in lower case, by a constraint that this check does not know
    "guardian.W001",  # object permissions are read by partners.access alone, never through a login backend
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_LETTER_SECONDS = 60 * 60  # how long the link in the letter about a forgotten password is good

# Logging in is allauth's, with forms and pages of our own (portal.ui.session). Nobody signs up, and no e-mail address
# is changed through it: its tables of addresses stay empty and closed.
ACCOUNT_ADAPTER = "portal.ui.session.adapters.LoginAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # as its checks want them; no page leads there
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True  # the cookie lives as long as the session may: see the limits below
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
# Counted in the cache that all processes share. The page that refuses (portal.ui.session) names the longest of these.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",  # key: the login that is tried, and at the second step the person
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "reset_password": "10/m/ip,3/5m/key",
    "reset_password_from_key": "20/m/ip",
}
MFA_ADAPTER = "portal.ui.session.adapters.FactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator vouches for the address
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Throughline"
MFA_TOTP_TOLERANCE = (
    0  # a code that was used is remembered for as long as it is good, 30 seconds, and no longer
)
# How long a session lives: without a click, and at all. Streams of open pages are no clicks.
SESSION_ENGINE = "portal.ui.session.store"
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_AGE = 12 * 60 * 60
STEP_UP_SECONDS = 10 * 60  # for how long a second factor counts as fresh
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "KEY_FUNCTION": "portal.ui.session.limits.digest_key",
        "OPTIONS": {
            "MAX_ENTRIES": 100_000
        },  # beyond, the oldest go: more than an attacker fills in five minutes
    }
}

# --- what browsers are told ---
_COOKIE = "__Host-" if HTTPS else ""  # bound to this host, this path and https
SESSION_COOKIE_NAME = f"{_COOKIE}throughline_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = f"{_COOKIE}throughline_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
LANGUAGE_COOKIE_NAME = f"{_COOKIE}throughline_language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
# The proxy's X-Forwarded-Proto is read by uvicorn, from trusted addresses only (FORWARDED_ALLOW_IPS).
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = ["^health/", "^metrics$"]  # asked from inside, past the proxy
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- static files ---
STATIC_URL = "/static/"  # the same in a mirror, whose pages have a prefix
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "portal.charts.bundle.BundleFinder",  # Vega comes out of a wheel
]
STATIC_ROOT = str(BASE_DIR / "static") if HTTPS else None
WHITENOISE_USE_FINDERS = not HTTPS  # tests and the demonstration run without collectstatic
_STATIC = "whitenoise.storage.CompressedManifestStaticFilesStorage" if HTTPS else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC or "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = None  # uploads lie in the database, behind its walls

# --- language and time ---
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [str(BASE_DIR / "portal" / "locale")]
USE_TZ = True
TIME_ZONE = "UTC"

# --- jobs ---
CELERY_BROKER_URL = ADDRESSES.broker_url
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "throughline"
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(CELERY_BROKER_URL, CELERY_TASK_DEFAULT_QUEUE)
CELERY_BROKER_CONNECTION_TIMEOUT = CONNECT_SECONDS
CELERY_BROKER_HEARTBEAT = 30  # seconds; RabbitMQ's worker notices a dead connection within two
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_RESULT_EXPIRES = None  # nothing is kept, so nothing is cleaned up
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# It ticks, and no more: what is due is read from the organisations' own schedules, agreements and archives.
CELERY_BEAT_SCHEDULE = {
    room: {"task": f"{room}.tick", "schedule": seconds, "options": {"expires": 0.9 * seconds}}
    for room, seconds in {"reports": 60.0, "agreements": 60.0, "custody": 3600.0}.items()
}
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # it would make queues for every worker that ever was

# --- the interface for partner systems ---
API_REQUESTS_A_MINUTE = 600
API_ROWS_A_DAY = 2_000_000
REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "portal.api.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.CallSchema",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # no parameter chooses a format: an unknown one is refused as any other
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Throughline",
    "DESCRIPTION": "Accounts, sell-through, signals and follow-ups of a demand chain, as far as they are shared.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "portal.api.schema.complete"],
    "ENUM_NAME_OVERRIDES": {
        "SignalKind": "portal.api.v1.signals.serializers.KINDS",
        "LineKind": "partners.ledger.models.LineKind",
        "FollowUpState": "partners.engagement.models.State",
        "SubmissionState": "integrations.ingestion.models.Submission.State",
        "PartnershipState": "partners.agreements.models.Partnership.State",
        "SignalState": "analytics.runs.models.Finding.State",
    },
}

# --- mail ---
DEFAULT_FROM_EMAIL = os.environ.get("THROUGHLINE_MAIL_FROM", "Throughline <throughline@localhost>")
EMAIL_TIMEOUT = 20


def _mail_server(url: str) -> dict[str, Any]:
    """smtp://user:password@host:587 begins in clear and goes on encrypted, smtps:// is encrypted from the start."""
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": home() / "mail",
        }
    server = urlsplit(url)
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise ImproperlyConfigured(
            "THROUGHLINE_SMTP_URL names no mail server. Write smtp://user:password@host:587 or smtps://host:465."
        )
    is_local = server.hostname in ("localhost", "127.0.0.1", "::1")
    return {
        "EMAIL_HOST": server.hostname,
        "EMAIL_PORT": server.port or (465 if server.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(server.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(server.password or ""),
        "EMAIL_USE_SSL": server.scheme == "smtps",
        "EMAIL_USE_TLS": server.scheme == "smtp" and not is_local,
    }


# Without a mail server letters are laid as files into the home, where a newcomer finds them.
globals().update(_mail_server(os.environ.get("THROUGHLINE_SMTP_URL", "")))

# --- for the installation's keepers ---
METRICS_TOKEN = os.environ.get("THROUGHLINE_METRICS_TOKEN", "")
if 0 < len(METRICS_TOKEN) < SHORTEST_TOKEN:
    raise ImproperlyConfigured(
        f"THROUGHLINE_METRICS_TOKEN has {len(METRICS_TOKEN)} characters. Give it {SHORTEST_TOKEN} or more, or leave"
        " it out and /metrics is not there."
    )
LOGS = os.environ.get("THROUGHLINE_LOGS") or "plain"
if LOGS not in ("plain", "json"):
    raise ImproperlyConfigured(f"THROUGHLINE_LOGS is '{LOGS}'. Say plain or json.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "portal.logs.PlainFormatter"},
        "json": {"()": "portal.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOGS}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},  # each refusal has its line in portal.operations
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        "pgmq": {"level": "WARNING"},
        "oauthlib": {"level": "INFO"},  # below that it writes tokens
        "uvicorn": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
