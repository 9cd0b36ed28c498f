"""Boxes that only this installation opens: each kind of thing has a key of its own, derived from the root key."""

import base64
from functools import cache

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@cache
def box(kind: str) -> Fernet:
    """The box for one kind of thing (RFC 5869 for its key); what is in it cannot be read, changed or made outside."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"throughline {kind}".encode())
    return Fernet(base64.urlsafe_b64encode(key.derive(settings.ROOT_KEY)))
