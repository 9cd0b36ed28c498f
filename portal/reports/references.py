"""How a figure on paper leads back to its evidence in the portal."""

from dataclasses import dataclass

from django.conf import settings

CODE = 12  # letters of an id that is printed: its kind, and 40 bits of what tells it from others


@dataclass(frozen=True)
class Reference:
    """Where the evidence of a figure is: a code to read out, and the address in the portal."""

    code: str
    url: str


def address(path: str) -> str:
    """A page of the portal as people outside of it open it."""
    return f"{settings.PUBLIC_URL}{path}"


def refer(finding_id: str) -> Reference:
    """The reference of a finding, whose address leads on to its evidence."""
    return Reference(finding_id[:CODE], address(f"/findings/{finding_id}/"))
