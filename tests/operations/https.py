"""The tests' settings as behind a proxy with a certificate, with the collected files in a folder of the test's."""

import os

os.environ["THROUGHLINE_PUBLIC_URL"] = "https://portal.example"

from tests.settings import *  # noqa: F403

STATIC_ROOT = os.environ["COLLECTED"]
