"""The WSGI application, for servers that speak it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

from portal.database import prepare_for_service  # noqa: E402  (needs the applications loaded)

prepare_for_service()
