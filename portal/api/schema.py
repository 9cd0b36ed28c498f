"""The OpenAPI 3.1 document: made of the views, the same bytes for everybody."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from partners.tenancy.actors import Scope
from portal.api.problems import MEDIA_TYPE
from portal.api.views import ApiView

Document = dict[str, Any]
SCOPES = {
    Scope.ACCOUNTS_READ: "Read partnerships and accounts.",
    Scope.SALES_READ: "Read sell-through: lines, and months of accounts.",
    Scope.SIGNALS_READ: "Read signals and late orders.",
    Scope.FOLLOW_UPS_READ: "Read follow-ups and their comments.",
    Scope.FOLLOW_UPS_WRITE: "Open, change, comment, end and share follow-ups.",
    Scope.SUBMISSIONS_READ: "Read the progress and the findings of files.",
    Scope.SUBMISSIONS_WRITE: "Send files, and have them recorded or discarded.",
}
SECURITY: Document = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of a partner system: `Authorization: Bearer tlk_…`. It is shown once, when it is made.",
    },
    "oauth": {
        "type": "oauth2",
        "description": "A client's secret is exchanged for a token that lives an hour (RFC 6749, section 4.4).",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/api/v1/oauth/token",
                "scopes": {scope.value: text for scope, text in SCOPES.items()},
            }
        },
    },
}
PROBLEM: Document = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For machines; it does not change."},
        "detail": {"type": "string", "description": "For people: what was found, where, and what to do."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "description": "Where in the body (RFC 6901)."},
                    "parameter": {"type": "string", "description": "Which parameter of the address."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
REFUSED: Document = {
    "description": "Refused; `code` says why. 401 not known, 403 scope or role missing, 404 not there or not shared, "
    "410 a cursor that no longer counts, 429 too much: see Retry-After.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
FAILED: Document = {
    "description": "Something failed here, and nothing was changed.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
LEFT: Document = {
    "RateLimit": {
        "schema": {"type": "string"},
        "description": "How many requests and rows are left, and how long.",
    },
    "RateLimit-Policy": {"schema": {"type": "string"}, "description": "Requests a minute, and rows a day."},
}
TOKEN: Document = {
    "post": {
        "operationId": "issue_token",
        "tags": ["clients"],
        "description": "Exchange a client's secret for a token (RFC 6749, section 4.4).\n\n"
        "Show the client's id and secret by HTTP Basic, or in the body.",
        "security": [],
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "required": ["grant_type"],
                        "properties": {
                            "grant_type": {"type": "string", "const": "client_credentials"},
                            "scope": {"type": "string", "description": "Fewer than all, apart by blanks."},
                            "client_id": {"type": "string"},
                            "client_secret": {"type": "string"},
                        },
                    }
                }
            },
        },
        "responses": {
            "200": {
                "description": "A token.",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["access_token", "expires_in", "token_type", "scope"],
                            "properties": {
                                "access_token": {"type": "string"},
                                "expires_in": {"type": "integer"},
                                "token_type": {"type": "string"},
                                "scope": {"type": "string"},
                            },
                        }
                    }
                },
            },
            "4XX": {
                "description": "Refused, as RFC 6749, section 5.2 says it.",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["error"],
                            "properties": {
                                "error": {"type": "string"},
                                "error_description": {"type": "string"},
                            },
                        }
                    }
                },
            },
        },
    }
}
IDEMPOTENCY: Document = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "A word of your own for this call: made again under it, it takes effect once.",
}
IF_MATCH: Document = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag of what you read: nobody overwrites what they have not seen.",
}


class CallSchema(AutoSchema):
    """How a view is described: its scope as its security, its parameters from its query."""

    def get_auth(self) -> list[Document]:
        view = self.view
        assert isinstance(view, ApiView), "every call declares its scope"
        needed = view.reads if self.method in ("GET", "HEAD") else view.writes
        scopes = [needed[0].value] if needed else []
        return [{"key": scopes}, {"oauth": scopes}]

    def get_tags(self) -> list[str]:
        return [self.view.__module__.split(".")[-2].replace("_", "-")]

    def get_override_parameters(self) -> list[Any]:
        return []


def page_of(shown: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """A page of these."""
    name = f"{shown.__name__.removesuffix('Serializer')}Page"
    return inline_serializer(
        name,
        fields={
            "results": shown(many=True),
            "next": serializers.CharField(
                allow_null=True, help_text="The address of the next page; null at the end."
            ),
        },
    )


def complete(result: Document, **_: Any) -> Document:
    """What holds for every call: refusals, securities, headers that writes take; and the token endpoint."""
    schemas = result["components"].setdefault("schemas", {})
    for name, schema in schemas.items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False
    schemas["Problem"] = PROBLEM
    result["components"]["securitySchemes"] = SECURITY
    for path in result["paths"].values():
        for method, operation in path.items():
            _complete_call(method, operation)
    result["paths"]["/api/v1/oauth/token"] = TOKEN
    return result


def _complete_call(method: str, operation: Document) -> None:
    for answer in operation["responses"].values():
        answer["headers"] = LEFT
        answer["description"] = answer["description"] or "Done."
    operation["responses"]["4XX"] = REFUSED
    operation["responses"]["5XX"] = FAILED
    if method in ("post", "patch"):
        operation.setdefault("parameters", []).append(IDEMPOTENCY)
    if operation["operationId"].startswith("change_"):
        operation["parameters"].append(IF_MATCH)


@cache
def document() -> Document:
    """The whole document."""
    generator = SchemaGenerator(urlconf="portal.api.v1.urls")  # type: ignore[no-untyped-call]
    found: Document = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
    return found


def openapi(request: HttpRequest) -> HttpResponse:
    """GET: the document, for everybody."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})
