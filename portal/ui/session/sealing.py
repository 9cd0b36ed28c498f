"""Boxes that only this installation opens: each kind of thing has a key of its own, derived from the root key."""

import base64
from functools import cache

from cryptography.fernet import Fernet

from partners.tenancy.keys import derived_key


@cache
def box(kind: str) -> Fernet:
    """The box for one kind of thing; what is in it cannot be read, changed or made outside."""
    return Fernet(base64.urlsafe_b64encode(derived_key(kind)))
