"""Pseudonyms: HMAC-SHA-256 under a key for each partnership and epoch (RFC 2104; keys by HKDF, RFC 5869).

The root key lies outside the database, so whoever holds a backup alone cannot recompute or join pseudonyms. The salt
lies inside, for each partnership and epoch: once it is destroyed, nobody can, the holder of the root key included.
"""

import base64
import hmac
import secrets
from hashlib import sha256

from partners.tenancy.keys import derived_key
from partners.tenancy.models import ALPHABET

TOKEN_LENGTH = 24  # characters of five bits each: 120 bits
_TO_OUR_ALPHABET = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())


def pseudonym_key(partnership_public_id: str, epoch: int, salt: bytes) -> bytes:
    """The 32-byte key of a partnership's epoch, derived from the installation's root key and the epoch's own salt."""
    return derived_key(f"pseudonym {partnership_public_id} {epoch}", salt)


def line_key(partnership_public_id: str, epoch: int) -> bytes:
    """The key of the ids by which lines are told apart in an epoch; either side derives it."""
    return derived_key(f"line {partnership_public_id} {epoch}")


def token_for(key: bytes, account_public_id: str) -> str:
    """The handle `cus_…` of an account under a key."""
    return _token(hmac.new(key, account_public_id.encode(), sha256).digest())


def random_token() -> str:
    """A handle that is computed from nothing: of an account whose identity is gone."""
    return _token(secrets.token_bytes(32))


def _token(digest: bytes) -> str:
    return "cus_" + base64.b32encode(digest).translate(_TO_OUR_ALPHABET).decode()[:TOKEN_LENGTH]
