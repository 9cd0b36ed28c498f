"""No address of the portal without its place in the proof."""

from django.test import Client

from portal.api.schema import document
from portal.api.views import ApiView
from tests.isolation.figures import FIGURES
from tests.isolation.manifest import MANIFEST, NOT_PAGES, OPERATIONS, PUBLIC, addresses, methods_of


def test_every_address_and_method_is_classified() -> None:
    there = {f"{method} {pattern.name}" for pattern in addresses() for method in methods_of(pattern)}
    FIGURES.saw("urls", there)
    FIGURES.saw("classified", there & set(MANIFEST))
    missing, gone = sorted(there - set(MANIFEST)), sorted(set(MANIFEST) - there)
    assert not missing, (
        f"Say in tests/isolation/manifest.py who may do this, and about what: {', '.join(missing)}."
    )
    assert not gone, (
        f"These are there no longer, take them out of tests/isolation/manifest.py: {', '.join(gone)}."
    )


def test_no_two_addresses_have_one_name() -> None:
    names = [pattern.name for pattern in addresses()]
    assert None not in names
    assert len(set(names)) == len(names)


def test_each_call_is_classified_under_the_scope_that_its_schema_asks_for() -> None:
    for pattern in addresses():
        told = document()["paths"].get(f"/{pattern.pattern}".replace("<str:", "{").replace(">", "}"), {})
        for method, operation in told.items():
            entry = MANIFEST[f"{method.upper()} {pattern.name}"]
            scopes = {
                scope for one in operation.get("security", []) for scopes in one.values() for scope in scopes
            }
            assert scopes == (set() if entry.open_to or entry.scope == "any" else {entry.scope}), entry.key


def test_pages_are_classified_under_the_permission_that_they_ask_for() -> None:
    """Those that ask for none are for everybody with a seat, and those that are for everybody at all are few."""
    for pattern in addresses():
        if hasattr(pattern.callback, "page_permission"):
            for method in ("GET", "POST"):
                assert not MANIFEST[f"{method} {pattern.name}"].open_to
        elif not issubclass(getattr(pattern.callback, "cls", object), ApiView):
            to = {MANIFEST[f"{method} {pattern.name}"].open_to for method in methods_of(pattern)}
            assert to <= {PUBLIC, OPERATIONS}, pattern.name


def test_what_is_no_page_refuses_every_other_method(client: Client) -> None:
    from django.urls import reverse

    for name, methods in NOT_PAGES.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
            answer = client.generic(method, reverse(name))
            refused = {404, 405} if name != "language" else {404, 405, 302}
            assert answer.status_code in refused, (method, name)
