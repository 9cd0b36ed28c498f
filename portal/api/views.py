"""What every call declares: the scope and permission that it needs, and the parameters that it offers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from django.http import Http404
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.access.doors import list_partnerships
from partners.agreements.models import Partnership
from partners.organisations.clients import Identified
from partners.organisations.roles import Permission, require
from partners.tenancy.actors import Scope
from partners.tenancy.context import current_actor
from portal.api.cursors import DEFAULT_LIMIT, MOST, Asked, Page, read_asked
from portal.api.inputs import LONGEST_NAME_SHOWN, Given, JsonParser, Number
from portal.api.problems import BadParameter, Problem

SAFE = ("GET", "HEAD", "OPTIONS")
RowT = TypeVar("RowT")


class Query(Given):
    """The parameters that a call offers; any other name is refused, never ignored."""


class PageQuery(Query):
    """The parameters of a list."""

    limit = Number(
        min_value=1, max_value=MOST, default=DEFAULT_LIMIT, help_text="How many rows a page holds."
    )
    cursor = serializers.CharField(
        default="", allow_blank=True, help_text="Where to go on: as it stands in `next`."
    )


class ApiView(APIView):
    """A call for partner systems. `reads` and `writes` are the scopes and permissions of its methods."""

    authentication_classes = ()  # the middleware has found out who calls
    permission_classes = ()
    renderer_classes = (JSONRenderer,)
    parser_classes: Sequence[type[BaseParser]] = (JsonParser,)
    http_method_names = ["get", "head", "post", "patch"]

    reads: ClassVar[tuple[Scope, Permission] | None] = None
    writes: ClassVar[tuple[Scope, Permission] | None] = None
    query: ClassVar[type[Query]] = Query

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before each method: is it one of this call, may the caller, and do the address and its parameters fit."""
        if request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)
        needed = self.reads if request.method in SAFE else self.writes
        if needed is not None:
            _require_scope(needed[0])
            require(needed[1])
        if any("\0" in value for value in kwargs.values()):
            raise Http404  # no id holds a NUL, and the database takes none
        if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
            raise Problem(411, "length_required", "Say with Content-Length how long the body is.")
        self._check_names(request)

    def _check_names(self, request: Request) -> None:
        """Of the parameters: each known, and given once."""
        known = list(self.query().fields) if request.method in SAFE else []
        for name, values in request.query_params.lists():
            if name not in known:
                sentence = f"This call has no parameter of that name. It knows: {', '.join(known) or 'none'}."
                raise BadParameter(name[:LONGEST_NAME_SHOWN], sentence)
            if len(values) > 1:
                raise BadParameter(name, f"The parameter '{name}' is given more than once.")
            if "\0" in values[0]:
                raise BadParameter(name, f"The parameter '{name}' holds a character that no value has.")

    def parameters(self) -> dict[str, Any]:
        """The parameters of the address, each checked."""
        form = self.query(data=self.request.query_params)
        for name, value in self.request.query_params.items():
            if not value and not getattr(form.fields[name], "allow_blank", False):
                raise BadParameter(name, f"The parameter '{name}' is given without a value.")
        if not form.is_valid():
            name, faults = next(iter(form.errors.items()))
            raise BadParameter(name, f"The parameter '{name}' cannot be used: {faults[0]}")
        return dict(form.validated_data)

    def given(self, form: type[Given]) -> dict[str, Any]:
        """The body, checked."""
        checked = form(data=self.request.data)
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)

    @property
    def identified(self) -> Identified:
        """Who calls."""
        found: Identified = self.request._request.identified  # type: ignore[attr-defined]
        return found

    def asked(self, parameters: Mapping[str, Any], partnerships: Iterable[Partnership]) -> Asked:
        """The page that is asked for."""
        filters = {
            name: value
            for name, value in self.request.query_params.dict().items()
            if name not in ("limit", "cursor") and value
        }
        return read_asked(self.request.path, filters, parameters["limit"], parameters["cursor"], partnerships)

    def page(
        self, page: Page[RowT], serializer: Callable[..., serializers.Serializer[Any]], **context: Any
    ) -> Response:
        """A page as the answer; its rows count against the client's day."""
        shown = serializer(page.rows, many=True, context=context).data
        response = Response({"results": shown, "next": page.next})
        response.rows = len(page.rows)  # type: ignore[attr-defined]
        return response

    def one(self, serializer: serializers.Serializer[Any], status: int = 200, **headers: str) -> Response:
        """A single thing as the answer."""
        response = Response(serializer.data, status=status, headers=headers)
        response.rows = 1  # type: ignore[attr-defined]
        return response


def chosen_partnerships(wanted: str) -> list[Partnership]:
    """The partnerships in sight and reach, or the one of them that a parameter names."""
    found = list_partnerships()
    if not wanted:
        return found
    named = [one for one in found if one.public_id == wanted]
    if not named:
        raise BadParameter("partnership", "The parameter 'partnership' names none that you have.")
    return named


def _require_scope(scope: Scope) -> None:
    client = current_actor().client
    if client is None or scope not in client.scopes:
        raise Problem(
            403,
            "scope_missing",
            f"This key does not include '{scope.value}'.",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope.value}"'},
        )
