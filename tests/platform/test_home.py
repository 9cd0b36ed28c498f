"""Secrets of the home."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from portal.home import HomeError, home, root_key, secret, secret_key


def test_a_secret_is_private_long_and_stable(tmp_path: Path) -> None:
    drawn = secret("root_key", tmp_path)
    assert len(bytes.fromhex(drawn)) == 32
    assert secret("root_key", tmp_path) == drawn
    assert secret("secret_key", tmp_path) != drawn
    for path in (tmp_path / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_all_who_ask_at_once_get_the_same_secret(tmp_path: Path) -> None:
    together = Barrier(8)

    def ask(_: int) -> str:
        together.wait()
        return secret("root_key", tmp_path)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1


def test_a_secret_half_written_is_drawn_anew(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "root_key.new").write_text("abc")
    assert len(secret("root_key", tmp_path)) == 64


def test_the_environment_goes_before_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THROUGHLINE_HOME", str(tmp_path / "new"))
    assert home() == tmp_path / "new"
    assert root_key() == bytes.fromhex(secret("root_key", tmp_path / "new"))
    monkeypatch.setenv("THROUGHLINE_ROOT_KEY", "ab" * 32)
    monkeypatch.setenv("THROUGHLINE_SECRET_KEY", "signs")
    assert (root_key(), secret_key()) == (b"\xab" * 32, "signs")


@pytest.mark.parametrize("given", ["ab" * 31, "not hexadecimal"])
def test_a_root_key_of_another_form_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("THROUGHLINE_ROOT_KEY", given)
    with pytest.raises(HomeError, match="64 hexadecimal digits"):
        root_key()
