"""What went wrong, as RFC 9457 asks: a status, a code for machines, a sentence for people, and where it was."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from partners.access.doors import NotFound
from portal.operations.requests import current_request_id

MEDIA_TYPE = "application/problem+json"
NOTHING_HERE = "There is nothing at this address, or nothing that is shared with you."
CANNOT_BE_USED = "Some values cannot be used: see errors."
TOO_LARGE = "The texts of this form are larger than may be sent. Send less; a file goes into 'file'."


class Problem(exceptions.APIException):
    """A refusal with its own code. `errors` say where: a JSON pointer into the body, or the name of a parameter."""

    def __init__(
        self,
        status: int,
        code: str,
        sentence: str,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence, code)
        self.status_code, self.code = status, code
        self.errors, self.headers = list(errors), dict(headers or {})


class BadParameter(Problem):
    """A parameter of the address that this call does not offer, or a value that it does not."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(
            400, "bad_parameter", sentence, [{"parameter": name, "code": "bad_parameter", "detail": sentence}]
        )


class BadValue(Problem):
    """A value of the body that cannot be used; a foreign id and an invented one are refused in the same words."""

    def __init__(self, key: str, sentence: str, code: str = "does_not_exist") -> None:
        super().__init__(400, "invalid", CANNOT_BE_USED, [error_at(key, code, sentence)])


def error_at(key: str, code: str, sentence: str) -> dict[str, str]:
    """What is wrong with a key of the body; '' is the body as a whole."""
    return {"pointer": f"/{key}" if key else "", "code": code, "detail": sentence}


def body(status: int, code: str, sentence: str, errors: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """The document of a problem."""
    found: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": sentence,
        "request_id": current_request_id(),
    }
    return {**found, "errors": list(errors)} if errors else found


def problem_response(
    status: int, code: str, sentence: str, headers: Mapping[str, str] | None = None
) -> JsonResponse:
    """A problem as an answer outside the views."""
    return JsonResponse(
        body(status, code, sentence), status=status, content_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Every exception of a view as a problem; what nobody foresaw is left to Django, which logs it."""
    if isinstance(error, Http404 | NotFound):
        return _answer(404, "not_found", NOTHING_HERE)
    if isinstance(error, PermissionDenied):
        return _answer(403, "not_permitted", str(error) or "This is not permitted to you.")
    if isinstance(error, exceptions.ValidationError):
        return _answer(400, "invalid", CANNOT_BE_USED, list(pointers(error.detail)))
    if isinstance(error, exceptions.ParseError):
        return _answer(400, "unreadable", f"The body could not be read: {error.detail}")
    if isinstance(error, RequestDataTooBig):
        return _answer(413, "too_large", TOO_LARGE)
    if isinstance(error, SuspiciousOperation):
        return _answer(400, "unreadable", "The request could not be read.")
    if isinstance(error, Problem):
        return _answer(error.status_code, error.code, str(error.detail), error.errors, error.headers)
    if isinstance(error, exceptions.APIException):
        headers = {"Allow": ", ".join(context["view"].allowed_methods)} if error.status_code == 405 else {}
        return _answer(error.status_code, str(error.default_code), str(error.detail), headers=headers)
    return None


def _answer(
    status: int,
    code: str,
    sentence: str,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    return Response(
        body(status, code, sentence, errors),
        status=status,
        content_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def pointers(detail: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """A serializer's errors, each with the JSON pointer (RFC 6901) of its place in the body."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else f"/{str(name).replace('~', '~0').replace('/', '~1')}"
            yield from pointers(inner, pointer + step)
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from pointers(inner, f"{pointer}/{place}" if nested else pointer)
    else:
        yield {"pointer": pointer, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}
