"""A form whose answer is a service."""

from collections.abc import Mapping
from typing import Protocol

from django import forms


class Refusal(Protocol):
    """A service's no: its sentence, and which of what was given it means ('' for all of it)."""

    field: str


class Answered(forms.Form):
    """A form whose answer is a service that may say no: at one of its fields, or on top."""

    # What the service's field is called here.
    named: Mapping[str, str] = {}
    use_required_attribute = False

    def tell(self, error: Refusal) -> None:
        """Put the service's sentence where it belongs."""
        name = self.named.get(error.field, error.field)
        self.add_error(name if name in self.fields else None, str(error))
