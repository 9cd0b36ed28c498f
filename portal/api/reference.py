"""The interface's reference as a page: made of the same document that machines read, and of nothing from elsewhere."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.api.schema import document

Part = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A parameter, or a key of a body."""

    name: str
    kind: str
    is_required: bool
    text: SafeString


@dataclass(frozen=True)
class Call:
    """One call of the interface."""

    id: str
    method: str
    path: str
    summary: SafeString
    text: SafeString
    scopes: list[str]
    parameters: list[Row]
    body: list[Row]
    answer: list[Row]


def reference(request: HttpRequest) -> HttpResponse:
    """GET: every call, its parameters, body and answer."""
    calls: defaultdict[str, list[Call]] = defaultdict(list)
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            calls[operation["tags"][0]].append(_call(path, method, operation))
    context = {
        "groups": sorted(calls.items()),
        "scopes": document()["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"][
            "scopes"
        ],
        "version": document()["info"]["version"],
    }
    return render(request, "api/reference.html", context)


def _call(path: str, method: str, operation: Part) -> Call:
    summary, _, text = operation.get("description", "").partition("\n")
    none: Part = {}
    wanted: Part = operation.get("requestBody", none).get("content", none)
    given: Part = next((one for code, one in operation["responses"].items() if code.startswith("2")), none)
    return Call(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=_marked(summary),
        text=_marked(text.strip()),
        scopes=[scope for way in operation["security"] for scope in way.get("oauth", [])],
        parameters=[_parameter(one) for one in operation.get("parameters", [])],
        body=_rows(next(iter(wanted.values()), none).get("schema", none)),
        answer=_rows(next(iter(given.get("content", none).values()), none).get("schema", none)),
    )


def _parameter(one: Part) -> Row:
    kind, text = _kind(one.get("schema", {})), _marked(one.get("description", ""))
    return Row(one["name"], kind, one.get("required", False), text)


def _rows(schema: Part, prefix: str = "") -> list[Row]:
    """The keys of an object, those of objects within it behind their name."""
    found = _resolved(schema)
    rows = []
    for name, inner in found.get("properties", {}).items():
        is_required = name in found.get("required", [])
        rows.append(Row(prefix + name, _kind(inner), is_required, _marked(inner.get("description", ""))))
        nested = _resolved(inner.get("items", inner))
        if nested.get("properties"):
            rows += _rows(nested, f"{prefix}{name}{'[].' if 'items' in inner else '.'}")
    return rows


def _marked(text: str) -> SafeString:
    """A text in which what stands between backticks is code."""
    plain, *rest = text.split("`")
    marked = format_html_join("", "<code>{}</code>{}", zip(rest[::2], rest[1::2], strict=True))
    return format_html("{}{}", plain, marked)


def _resolved(schema: Part) -> Part:
    if "allOf" in schema:
        return _resolved(schema["allOf"][0])
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    found: Part = document()["components"]["schemas"][name]
    return found


def _kind(schema: Part) -> str:
    found = _resolved(schema)
    if "enum" in found:
        return " | ".join(str(value) for value in found["enum"] if value != "")
    if "oneOf" in found:
        return " | ".join(_kind(one) for one in found["oneOf"] if _resolved(one).get("enum") != [""])
    if found.get("type") == "array":
        return f"list of {_kind(found.get('items', {}))}"
    kind = found.get("type", "object")
    kind = " or ".join(kind) if isinstance(kind, list) else kind
    return f"{kind} ({found['format']})" if found.get("format") else kind
