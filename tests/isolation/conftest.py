"""The parts of the proof run one after the other: what a part shares is made once."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """At the end, each part by itself, in the order in which they were drawn."""
    items.sort(key=lambda item: str(item.path.parent) if item.path.is_relative_to(HERE) else "")
