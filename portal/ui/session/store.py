"""Sessions in the database, encrypted: a backup alone tells nobody's login, and nothing of what waits there."""

import json
from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from portal.ui.session.sealing import box

SEALED = "sessions"


class SessionStore(DatabaseStore):
    """Django's, but for how a session's words are written; what cannot be read is an empty session."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        """As it is kept."""
        return box(SEALED).encrypt(json.dumps(session_dict).encode()).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """What was kept; nothing of what was not written here."""
        try:
            found: dict[str, Any] = json.loads(box(SEALED).decrypt(session_data))
        except (InvalidToken, ValueError):
            return {}
        return found
