"""Pseudonyms: HMAC-SHA-256 under a key for each partnership and epoch (RFC 2104; keys by HKDF, RFC 5869).

The root key lies outside the database, so whoever holds a backup alone cannot recompute or join pseudonyms. The salt
lies inside, for each partnership and epoch: once it is destroyed, nobody can, the holder of the root key included.
"""

import base64
import hmac
import secrets
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from partners.tenancy.models import ALPHABET

TOKEN_LENGTH = 24  # characters of five bits each: 120 bits
_TO_OUR_ALPHABET = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())


def pseudonym_key(partnership_public_id: str, epoch: int, salt: bytes) -> bytes:
    """The 32-byte key of a partnership's epoch, derived from the installation's root key and the epoch's own salt."""
    return _derived(f"throughline pseudonym {partnership_public_id} {epoch}", salt)


def line_key(partnership_public_id: str, epoch: int) -> bytes:
    """The key of the ids by which lines are told apart in an epoch; either side derives it."""
    return _derived(f"throughline line {partnership_public_id} {epoch}", None)


def _derived(info: str, salt: bytes | None) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info.encode()).derive(settings.ROOT_KEY)


def token_for(key: bytes, account_public_id: str) -> str:
    """The handle `cus_…` of an account under a key."""
    return _token(hmac.new(key, account_public_id.encode(), sha256).digest())


def random_token() -> str:
    """A handle that is computed from nothing: of an account whose identity is gone."""
    return _token(secrets.token_bytes(32))


def _token(digest: bytes) -> str:
    return "cus_" + base64.b32encode(digest).translate(_TO_OUR_ALPHABET).decode()[:TOKEN_LENGTH]
