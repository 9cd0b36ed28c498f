"""The browser's Vega: taken out of vl-convert's wheel at first use, kept in the home, never committed."""

import os
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import vl_convert
from django.contrib.staticfiles.finders import BaseStorageFinder
from django.core.files.storage import FileSystemStorage, Storage

from portal.home import home, locked

NAME = f"vega-{version('vl-convert-python')}.js"
SNIPPET = "window.vegaEmbed = vegaEmbed;"


def bundle() -> Path:
    """The file with Vega, Vega-Lite and Vega-Embed; made when this version has none yet."""
    path = home() / "static" / NAME
    if not path.exists():
        path.parent.mkdir(mode=0o755, exist_ok=True)
        with locked(home() / "static.lock"):
            if not path.exists():
                _write_whole(path, vl_convert.javascript_bundle(SNIPPET))
    return path


def _write_whole(path: Path, text: str) -> None:
    # Written aside and renamed: whoever finds the name finds all of it.
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    aside.rename(path)


class BundleFinder(BaseStorageFinder):
    """Lets WhiteNoise and collectstatic find the bundle, which has it made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(FileSystemStorage(bundle().parent), *args, **kwargs)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage | None]]:
        """This version's bundle alone, whatever older ones lie beside it."""
        yield NAME, self.storage
