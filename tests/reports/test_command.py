"""The command that writes somebody's report: as that reader, into their archive and a file."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from partners.agreements.models import Category
from partners.audit.selectors import list_entries
from partners.organisations.services import end_seat
from partners.tenancy.context import acting_as
from portal.reports import writing
from portal.reports.models import Report
from portal.reports.selectors import read_file
from tests.reports.test_writing import revoke
from tests.world import World


def make(file: Path, organisation: str = "adventure", reader: str = "MIA@adventure.example") -> str:
    told = StringIO()
    call_command("make_report", organisation=organisation, reader=reader, out=file, stdout=told)
    return told.getvalue()


def test_it_writes_what_its_reader_may_see_and_notes_it(shared: World, tmp_path: Path) -> None:
    file = tmp_path / "review.pdf"
    told = make(file)
    with acting_as(shared.actor("mia")):
        report = Report.objects.get()
        assert file.read_bytes() == read_file(report.public_id)[1]
        assert [entry.action for entry in list_entries(report.public_id)] == [
            "report.downloaded",
            "report.asked",
        ]
    assert report.public_id in told


@pytest.mark.parametrize(
    "reader", ["nobody@adventure.example", "vic@adventure.example", "ana@northwest.example"]
)
def test_it_knows_the_readers_of_that_organisation_alone(shared: World, tmp_path: Path, reader: str) -> None:
    with pytest.raises(CommandError, match="Nobody there has the e-mail"):
        make(tmp_path / "review.pdf", reader=reader)


def test_who_has_left_is_no_reader(shared: World, tmp_path: Path) -> None:
    with acting_as(shared.actor("adventure-admin")):
        end_seat(shared.seats["mia"])
    with pytest.raises(CommandError, match="Nobody there has the e-mail"):
        make(tmp_path / "review.pdf")


def test_sight_that_never_rests_is_said(
    shared: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = writing.write_review

    def drawn(*args: Any) -> int:
        revoke(shared, Category.CONTACTS)
        shared.share("adventure", "northwest", Category.CONTACTS)
        return draw(*args)

    monkeypatch.setattr(writing, "write_review", drawn)
    with pytest.raises(CommandError, match="Sight changed while it was written"):
        make(tmp_path / "review.pdf")
    assert not (tmp_path / "review.pdf").exists()
