"""The ASGI application, for uvicorn."""

import os
import warnings

from django.core.asgi import get_asgi_application

# WhiteNoise hands out files by a synchronous iterator; Django says so at each one.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous", category=Warning)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_asgi_application()

from portal.database import prepare_for_service  # noqa: E402  (needs the applications loaded)

prepare_for_service()
