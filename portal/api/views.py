"""What every call declares: the scope and permission that it needs, and the parameters that it offers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from rest_framework import serializers
from rest_framework.parsers import BaseParser, JSONParser
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
from portal.api.problems import BadParameter, Problem

SAFE = ("GET", "HEAD", "OPTIONS")
RowT = TypeVar("RowT")


class Query(serializers.Serializer[Any]):
    """The parameters that a call offers; any other name is refused, never ignored."""


class PageQuery(Query):
    """The parameters of a list."""

    limit = serializers.IntegerField(
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
    parser_classes: Sequence[type[BaseParser]] = (JSONParser,)
    http_method_names = ["get", "head", "post", "patch"]

    reads: ClassVar[tuple[Scope, Permission] | None] = None
    writes: ClassVar[tuple[Scope, Permission] | None] = None
    query: ClassVar[type[Query]] = Query

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before each method: the scope, then the permission, then the names of the parameters."""
        super().initial(request, *args, **kwargs)
        needed = self.reads if request.method in SAFE else self.writes
        if needed is not None:
            _require_scope(needed[0])
            require(needed[1])
        unknown = sorted(set(request.query_params) - set(self._offered(request)))
        if unknown:
            raise BadParameter(
                unknown[0][:60],
                f"This call has no parameter of that name. It knows: {', '.join(self._offered(request)) or 'none'}.",
            )

    def _offered(self, request: Request) -> list[str]:
        return list(self.query().fields) if request.method in SAFE else []

    def parameters(self) -> dict[str, Any]:
        """The parameters of the address, each checked, given once."""
        given = self.request.query_params
        for name in given:
            if len(given.getlist(name)) > 1:
                raise BadParameter(name, f"The parameter '{name}' is given more than once.")
            if "\0" in given[name]:
                raise BadParameter(name, f"The parameter '{name}' holds a character that no value has.")
        form = self.query(data=given)
        if not form.is_valid():
            name, faults = next(iter(form.errors.items()))
            raise BadParameter(name, f"The parameter '{name}' cannot be used: {faults[0]}")
        return dict(form.validated_data)

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


def choose(partnerships: Sequence[Partnership], wanted: str) -> list[Partnership]:
    """The one that a parameter names, or all; one that is not in sight is unknown."""
    if not wanted:
        return list(partnerships)
    found = [one for one in partnerships if one.public_id == wanted]
    if not found:
        raise BadParameter("partnership", "The parameter 'partnership' names none that you have.")
    return found


def chosen_partnerships(wanted: str) -> list[Partnership]:
    """The partnerships in sight and reach, or the one of them that is named."""
    return choose(list_partnerships(), wanted)


def _require_scope(scope: Scope) -> None:
    client = current_actor().client
    if client is None or scope not in client.scopes:
        raise Problem(
            403,
            "scope_missing",
            f"This key does not include '{scope.value}'.",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope.value}"'},
        )
