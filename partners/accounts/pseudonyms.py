"""Pseudonyms: HMAC-SHA-256 under a key for each partnership and epoch (RFC 2104; keys by HKDF, RFC 5869).

The root key lies outside the database: whoever holds a backup alone cannot recompute or join pseudonyms.
"""

import base64
import hmac
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from partners.tenancy.models import ALPHABET

TOKEN_LENGTH = 24  # characters of five bits each: 120 bits
_TO_OUR_ALPHABET = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())


def pseudonym_key(partnership_public_id: str, epoch: int) -> bytes:
    """The 32-byte key of a partnership's epoch, derived from the installation's root key."""
    info = f"throughline pseudonym {partnership_public_id} {epoch}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(settings.ROOT_KEY)


def token_for(key: bytes, account_public_id: str) -> str:
    """The handle `cus_…` of an account under a key."""
    digest = hmac.new(key, account_public_id.encode(), sha256).digest()
    return "cus_" + base64.b32encode(digest).translate(_TO_OUR_ALPHABET).decode()[:TOKEN_LENGTH]
