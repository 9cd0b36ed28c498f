"""What callers send: just what the schema says, and nothing that merely looks like it."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NoReturn

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.parsers import BaseParser

from portal.api.problems import Problem

LARGEST_BODY = 1 << 20  # bytes of JSON; files come as multipart/form-data and are not held in memory
LONGEST_NAME_SHOWN = 60
TOO_LARGE = "The body is larger than 1 MiB. Send less, or a file to /submissions."
NO_SUCH_NAME = "There is nothing of that name here. Known: {known}."


class JsonParser(BaseParser):
    """JSON as RFC 8259 has it: UTF-8 whatever a header says, and of a size that is bounded.

    NaN, numbers of thousands of digits, nesting without end and half characters are refused here: what comes after
    could neither keep nor repeat them.
    """

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise Problem(413, "too_large", TOO_LARGE)
        try:
            found = json.loads(body.decode(), parse_constant=_refuse_constant)
            json.dumps(found, ensure_ascii=False).encode()
        except json.JSONDecodeError as fault:
            raise ParseError(f"no JSON: {fault}.") from None
        except RecursionError:
            raise ParseError("nested too deeply.") from None
        except ValueError:
            raise ParseError("a character or number in it is none that JSON in UTF-8 can carry.") from None
        return found


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


class Given(serializers.Serializer[Any]):
    """What a caller gives: a name that it does not know is refused, never ignored."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [str(name) for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        if unknown:
            sentence = NO_SUCH_NAME.format(known=", ".join(self.fields) or "nothing")
            raise ValidationError(
                {name[:LONGEST_NAME_SHOWN]: [ErrorDetail(sentence, code="unknown")] for name in unknown}
            )
        return super().to_internal_value(data)


class Words(serializers.CharField):
    """A text, and no number that could be written as one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        found: str = super().to_internal_value(data)
        return found


class Number(serializers.IntegerField):
    """A whole number, as a number; in an address, which knows texts alone, in plain digits."""

    def to_internal_value(self, data: Any) -> int:
        if not (re.fullmatch("-?[0-9]{1,10}", data) if _is_text_of(self, data) else type(data) is int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """true or false; in a form, which knows texts alone, these words."""

    def to_internal_value(self, data: Any) -> bool:
        if _is_text_of(self, data) and data in ("true", "false"):
            return bool(data == "true")
        if data is not True and data is not False:
            self.fail("invalid")
        return bool(data)


class Day(serializers.DateField):
    """A day as RFC 3339 has it: '2026-03-31'."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            self.fail("invalid", format="YYYY-MM-DD")
        found: date = super().to_internal_value(value)
        return found


def _is_text_of(field: serializers.Field[Any, Any, Any, Any], data: object) -> bool:
    """Whether this is a text of an address or a form."""
    return isinstance(data, str) and hasattr(field.root.initial_data, "getlist")
