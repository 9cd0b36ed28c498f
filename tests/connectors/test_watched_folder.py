"""Files that Northwest and its rivals lay into the installation's folder: received once, put away with an answer."""

import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from integrations.connectors.folder import fetching
from integrations.connectors.folder.fetching import Fetched, Watch
from integrations.ingestion.models import Submission
from integrations.ingestion.services import check_submission, commit_submission, confirm_submission
from partners.agreements.services import end_partnership
from partners.jobs.models import OutboxEvent
from partners.tenancy.context import acting_as
from tests.ingestion.files import GOOD, rows
from tests.world import World

State = Submission.State
BAD = "I-9,1,2026-02-31,C1,Cyclery One,RB-1,1,900,USD"


class Folder:
    """The root of all boxes, one watch on it, and the worker, asked by name."""

    def __init__(self, root: Path, world: World) -> None:
        self.root, self.world, self.watch = root, world, Watch(root)

    def box(
        self, distributor: str = "northwest", maker: str = "adventure", feed: str = "sell_through"
    ) -> Path:
        box = self.root / distributor / maker / feed
        box.mkdir(parents=True, exist_ok=True)
        return box

    def lay(self, name: str, content: str | bytes, **where: str) -> Path:
        file = self.box(**where) / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def look(self) -> Fetched:
        """Twice: what did not change in between is whole."""
        self.watch.fetch()
        return self.watch.fetch()

    def files(self, distributor: str = "northwest") -> list[Submission]:
        with acting_as(self.world.worker(distributor)):
            return list(Submission.objects.filter(source=Submission.Source.FOLDER).order_by("pk"))

    def work(self, distributor: str = "northwest") -> None:
        for file in self.files(distributor):
            check_submission(file.pk, file.distributor_id)
            commit_submission(file.pk, file.distributor_id)

    def confirm(self) -> None:
        with acting_as(self.world.actor("ana")):
            confirm_submission(self.files()[-1])
        self.work()

    def names(self, place: str = "", **where: str) -> list[str]:
        folder = self.box(**where) / place
        return sorted(entry.name for entry in folder.iterdir() if entry.is_file()) if folder.exists() else []

    def answer(self, place: str) -> str:
        (text,) = (self.box() / place).glob("*.txt")
        return text.read_text()


@pytest.fixture
def folder(tmp_path: Path, world: World) -> Folder:
    return Folder(tmp_path, world)


def test_a_file_is_received_checked_and_put_away_with_its_answer(folder: Folder) -> None:
    folder.lay("may.csv", GOOD.encode() + f"{BAD}\n".encode())
    assert folder.watch.fetch() == Fetched()
    assert folder.watch.fetch() == Fetched(received=1)
    (file,) = folder.files()
    assert (file.file_name, file.source, file.feed, file.state) == (
        "may.csv",
        "folder",
        "sell_through",
        "received",
    )
    assert folder.names("checking") == [f"{file.public_id} may.csv"]
    assert folder.look() == Fetched(waiting=1)
    with acting_as(folder.world.worker("northwest")):
        assert OutboxEvent.objects.filter(kind="submission.received").count() == 1
    folder.work()
    assert folder.look() == Fetched()
    assert folder.names("checking") == []
    assert folder.names("taken") == [f"{file.public_id} may.csv", f"{file.public_id} may.csv.txt"]
    answer = folder.answer("taken")
    assert "waits for somebody" in answer
    assert "5 rows, 4 new, 0 known already, 1 in quarantine, 0 no lines of trade" in answer
    assert 'Row 6, column "invoice_date": there is no such day as "2026-02-31"' in answer


def test_a_refused_file_goes_elsewhere_and_says_why(folder: Folder) -> None:
    folder.lay("scan.pdf", b"%PDF-1.7 ...")
    folder.look()
    folder.work()
    assert folder.look().refused == 0  # the first of its two looks put it away
    assert [name.split(" ", 1)[1] for name in folder.names("refused")] == ["scan.pdf", "scan.pdf.txt"]
    assert "Nothing of this file was recorded. The content of the file is PDF" in folder.answer("refused")


def test_a_file_waits_until_it_is_whole(folder: Folder) -> None:
    file = folder.lay("may.csv", GOOD[:100])
    folder.lay("june.csv.part", GOOD)
    folder.watch.fetch()
    file.write_text(GOOD)
    assert folder.watch.fetch() == Fetched()
    (folder.box() / "june.csv.part").rename(folder.box() / "june.csv")
    assert folder.watch.fetch() == Fetched(received=1)
    assert folder.watch.fetch() == Fetched(received=1, waiting=1)


def test_the_same_bytes_are_received_once(folder: Folder) -> None:
    folder.lay("may.csv", GOOD)
    folder.look()
    folder.lay("may again.csv", GOOD)
    folder.look()
    (file,) = folder.files()
    assert folder.names("checking") == [f"{file.public_id} may again.csv", f"{file.public_id} may.csv"]
    folder.lay("may.csv", GOOD, maker="contoso")
    folder.look()
    assert len(folder.files()) == 2


def test_what_was_refused_may_come_again(folder: Folder) -> None:
    for _ in range(2):
        folder.lay("scan.pdf", b"%PDF-1.7 ...")
        folder.look()
        folder.work()
        folder.look()
    assert [file.state for file in folder.files()] == ["refused", "refused"]


@pytest.mark.parametrize("step", ["claim", "put_away"])
def test_a_step_that_was_cut_short_is_taken_up_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def die(*args: object) -> None:
        raise SystemExit

    folder.lay("may.csv", GOOD)
    folder.watch.fetch()
    if step == "put_away":
        folder.watch.fetch()
        folder.work()
    monkeypatch.setattr(fetching, step, die)
    with pytest.raises(SystemExit):
        folder.watch.fetch()
    monkeypatch.undo()
    folder.watch = Watch(folder.root)
    folder.look()
    folder.work()
    folder.look()
    assert len(folder.files()) == 1
    assert len(folder.names("taken")) == 2
    assert folder.names() == folder.names("checking") == []


def test_another_file_under_the_same_name_is_not_lost(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder.lay("may.csv", GOOD)
    folder.watch.fetch()
    claim = fetching.claim

    def after_the_sender(*args: object) -> None:
        file.unlink()
        file.write_text(GOOD.replace("I-1", "J-1"))
        claim(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(fetching, "claim", after_the_sender)
    folder.watch.fetch()
    monkeypatch.undo()
    assert folder.names() == ["may.csv"]
    folder.look()
    assert len(folder.files()) == 2


def test_links_and_hidden_files_are_no_files(
    folder: Folder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "secret.csv").write_text(GOOD)
    rivals = folder.lay("theirs.csv", GOOD, distributor="southwest")
    (folder.box() / "link.csv").symlink_to(elsewhere / "secret.csv")
    (folder.box() / "second name.csv").hardlink_to(rivals)
    (folder.box() / ".hidden.csv").write_text(GOOD)
    (folder.box() / "folder.csv").mkdir()
    os.mkfifo(folder.box() / "pipe.csv")
    (folder.root / "northwest" / "contoso").symlink_to(folder.root / "southwest" / "adventure")
    (folder.root / "northwest" / "adventure" / "stock").symlink_to(elsewhere)
    (folder.box() / "record-when-clear").symlink_to(elsewhere)
    assert folder.look() == Fetched()
    assert folder.files() == folder.files("southwest") == []


def test_each_distributor_s_box_is_its_own(folder: Folder) -> None:
    folder.lay("north.csv", GOOD)
    folder.lay("south.csv", GOOD, distributor="southwest")
    assert folder.look() == Fetched(received=2)
    assert [file.file_name for file in folder.files()] == ["north.csv"]
    assert [file.file_name for file in folder.files("southwest")] == ["south.csv"]
    folder.work()
    folder.look()
    assert folder.names("checking", distributor="southwest") != []


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ({"distributor": "nobody"}, "There is no organisation 'nobody'."),
        ({"maker": "northwest"}, "'northwest' is a distributor, not a manufacturer."),
        ({"distributor": "outpost"}, "'outpost' has no partnership with 'adventure'."),
        ({"feed": "sales"}, "There is no feed 'sales'. Name the folder as one of: sell_through,"),
    ],
)
def test_a_box_that_is_nobody_s_says_so(folder: Folder, where: dict[str, str], sentence: str) -> None:
    folder.lay("may.csv", GOOD, **where)
    assert folder.look() == Fetched(refused=1)
    (answer,) = (folder.box(**where) / "refused").glob("*.txt")
    assert sentence in answer.read_text()


def test_a_partnership_that_is_over_takes_no_files(folder: Folder) -> None:
    with acting_as(folder.world.actor("northwest-admin")):
        end_partnership(folder.world.partnerships["adventure", "northwest"])
    folder.lay("may.csv", GOOD)
    assert folder.look() == Fetched(refused=1)
    assert "This partnership is not active" in folder.answer("refused")


def test_what_is_clear_is_recorded_without_a_person_once_one_has_accepted_the_form(folder: Folder) -> None:
    folder.lay("record-when-clear/may.csv", GOOD)
    folder.look()
    folder.work()
    assert folder.files()[-1].state == State.CHECKED
    folder.confirm()
    folder.lay("record-when-clear/june.csv", rows("I-7,1,2026-03-02,C1,Cyclery One,RB-1,1,1000.00,USD"))
    folder.look()
    folder.work()
    assert folder.files()[-1].state == State.COMMITTED
    folder.look()
    folder.lay("july.csv", rows("I-8,1,2026-03-03,C1,Cyclery One,RB-1,1,1000.00,USD"))
    folder.look()
    folder.work()
    assert folder.files()[-1].state == State.CHECKED
    asked = rows("I-9,1,2026-03-04,C1,Cyclery One,RB-1,1,1000.00,USD").replace(b"quantity", b"quantitty")
    folder.lay("record-when-clear/august.csv", asked)
    folder.look()
    folder.work()
    assert folder.files()[-1].state == State.CHECKED


def test_a_file_that_lost_its_amounts_waits_for_a_person(folder: Folder) -> None:
    folder.lay("may.csv", GOOD)
    folder.look()
    folder.work()
    folder.confirm()
    folder.look()
    lost = rows("I-7,1,2026-03-02,C1,Cyclery One,RB-1,1,1000.00,USD").replace(b"net_amount", b"our own")
    folder.lay("record-when-clear/june.csv", lost)
    folder.look()
    folder.work()
    folder.look()
    assert folder.files()[-1].state == State.CHECKED
    (answer,) = (folder.box() / "taken").glob("*june.csv.txt")
    assert "had columns for: net amount. This one has none. Is that right?" in answer.read_text()


def test_a_folder_that_cannot_be_opened_keeps_nobody_waiting(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs the tests may be root, so that no rights shut anything."""
    opened = os.open
    folder.box(distributor="nobody")

    def shut(name: str, *args: int, **where: int | None) -> int:
        if name == "nobody":
            raise PermissionError(13, "Permission denied")
        return opened(name, *args, **where)

    folder.lay("may.csv", GOOD)
    monkeypatch.setattr(os, "open", shut)
    assert folder.look() == Fetched(received=1)


def test_a_file_that_cannot_be_moved_keeps_nobody_waiting_and_its_name_to_itself(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.lay("checking", "no folder")
    folder.lay("Cyclery One.csv", GOOD)
    folder.lay("south.csv", GOOD, distributor="southwest")
    for _ in range(3):
        folder.look()
    assert len(folder.files()) == 2
    assert len(folder.files("southwest")) == 1
    assert "A file in northwest/adventure/sell_through cannot be taken: Not a directory" in caplog.text
    assert "Cyclery" not in caplog.text


def test_names_that_no_database_keeps_are_made_printable(folder: Folder) -> None:
    box = os.fsencode(folder.box())
    name = b"m\xe4rz\n" + b"x" * 230 + b".csv"
    with open(os.path.join(box, name), "wb") as file:
        file.write(GOOD.encode())
    assert folder.look() == Fetched(received=1)
    assert folder.files()[0].file_name.startswith("m�rz�xxx")
    folder.work()
    folder.look()
    assert len(folder.names("taken")) == 2


def test_the_command_takes_what_is_whole_and_ends(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.lay("may.csv", GOOD)
    call_command("watch_folder", str(folder.root), "--once", "--every", "0", "--json")
    assert '{"received": 1, "taken": 0, "refused": 0, "waiting": 0}' in capsys.readouterr().out
    folder.work()
    call_command("watch_folder", str(folder.root), "--once", "--every", "0")
    assert len(folder.names("taken")) == 2


def test_two_do_not_watch_one_folder(folder: Folder) -> None:
    from integrations.connectors.management.commands.watch_folder import _hold

    held = _hold(folder.root)
    try:
        with pytest.raises(CommandError, match="is watched by another process"):
            call_command("watch_folder", str(folder.root), "--once")
    finally:
        os.close(held)
    with pytest.raises(CommandError, match="No such file"):
        call_command("watch_folder", str(folder.root / "nowhere"), "--once")
