"""manage.py simulate: what it reports, and its faults in a sentence."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def test_it_reports_what_it_wrote(tmp_path: Path) -> None:
    out = StringIO()
    words = ("--lines", "1500", "--seed", "3", "--until", "2025-06-30", "--json")
    call_command("simulate", "--out", str(tmp_path), *words, stdout=out)
    told = json.loads(out.getvalue().splitlines()[-1])
    assert told["until"] == "2025-06-30"
    assert told["lines"] == pytest.approx(1500, rel=0.1)
    assert told["slips"] == 8
    for feed in ("sell_through", "payments"):
        assert {file.stem for file in (tmp_path / feed).iterdir()} == set(told["distributors"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--lines", "10"), "10 lines are too few for 6 distributors"),
        (("--seed", "-1"), "The seed is -1: give a whole number from 0 on"),
        (("--until", "2025-13-01"), "'2025-13-01' is no day: write --until as YYYY-MM-DD"),
        (("--until", "1066-10-14"), "The last day is 1066-10-14: give one of the years 1992 to 2099"),
    ],
)
def test_faults_are_said_in_a_sentence(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("simulate", "--out", str(tmp_path / "out"), *words)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(CommandError, match=r"taken/sell_through cannot be written: Not a directory"):
        call_command("simulate", "--out", str(tmp_path / "taken"))
