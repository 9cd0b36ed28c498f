"""Keys of this installation: each derived from its root key, which lies outside the database."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def derived_key(use: str, salt: bytes | None = None) -> bytes:
    """The 32 bytes for one use and no other (HKDF, RFC 5869); without the salt that went in nobody makes them again."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=f"throughline {use}".encode()).derive(
        settings.ROOT_KEY
    )
