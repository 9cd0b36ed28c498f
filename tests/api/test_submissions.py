"""A file by a partner system: sent, followed, questioned, recorded or given up."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from integrations.ingestion.models import Submission
from integrations.ingestion.services import check_submission, commit_submission
from partners.agreements.models import Category
from partners.agreements.services import end_partnership
from partners.jobs.models import OutboxEvent
from partners.tenancy.actors import Scope
from partners.tenancy.context import acting_as
from tests.api.conftest import PAIR, Call, Caller, but_request_id, pair_of, places, told
from tests.ingestion.files import workbook
from tests.world import World

HEADINGS = "invoice_number,line_number,invoice_date,account_id,account_name,sku,quantity,net_amount,currency"
GOOD = f"{HEADINGS}\nI-1,1,2026-01-14,C1,One,RB-1,2,2000.00,USD\nI-2,1,2026-01-15,C2,Two,HE-1,4,140.50,USD\n"
MIXED = GOOD + "I-3,1,2026-02-31,C1,One,RB-1,1,900,USD\nI-4,1,2026-02-01,C1,One,NO-SUCH,1,900,USD\n"
ASKED = GOOD.replace("2026-01-14", "01/02/2026").replace("2026-01-15", "03/02/2026")


class Sender:
    """Ana's system at work; the worker is asked by name."""

    def __init__(self, world: World, caller: Caller) -> None:
        self.world, self.caller = world, caller

    def send(self, content: str | bytes, name: str = "march.csv", **fields: str) -> HttpResponse:
        body = content.encode() if isinstance(content, str) else content
        given = {
            "partnership": pair_of(self.world).public_id,
            "file": SimpleUploadedFile(name, body),
            **fields,
        }
        return self.caller.send(given)

    def work(self) -> None:
        with acting_as(self.world.actor("ana")):
            files = list(Submission.objects.order_by("pk"))
        for file in files:
            check_submission(file.pk, file.distributor_id)
            commit_submission(file.pk, file.distributor_id)

    def sent(self, content: str | bytes, **fields: str) -> dict[str, Any]:
        """Sent and checked; as its progress says then."""
        answer = self.send(content, **fields)
        assert answer.status_code == 202, answer.content
        self.work()
        return self.follow(answer.json())

    def follow(self, file: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.caller.get(f"submissions/{file['id']}").json()
        return found

    def step(self, file: dict[str, Any], name: str, body: Any = None) -> HttpResponse:
        return self.caller.post(f"submissions/{file['id']}/{name}", body)


@pytest.fixture
def ana(world: World, call: Call) -> Sender:
    return Sender(world, call("ana"))


def test_the_whole_way(world: World, ana: Sender) -> None:
    answer = ana.send(MIXED)
    received = answer.json()
    assert (answer.status_code, received["state"]) == (202, "received")
    assert answer.headers["Location"] == f"/api/v1/submissions/{received['id']}"
    assert ana.caller.get(answer.headers["Location"]).json() == received
    with acting_as(world.actor("ana")):
        assert OutboxEvent.objects.filter(kind="submission.received").count() == 1
    ana.work()
    checked = ana.follow(received)
    assert checked["state"] == "checked"
    assert checked["check"]["rows_total"] == checked["check"]["rows_done"] == 4
    assert (checked["check"]["quarantined"], checked["check"]["refusal"]) == (2, "")
    assert checked["check"]["totals"]["net"] == {"USD": "2140.50"}
    answer = ana.step(received, "commit", {})
    assert (answer.status_code, answer.json()["state"]) == (200, "committing")
    ana.work()
    recorded = ana.follow(received)
    assert (recorded["state"], recorded["accepted"]) == ("committed", 2)
    assert recorded["committed_at"].endswith("Z")
    account = next(
        row
        for row in ana.caller.rows(
            "lines", partnership=received["partnership"], from_month="2026-01", to_month="2026-02", limit=200
        )
        if row["document"] == "I-1"
    )
    assert (account["line_number"], account["quantity"], account["net_amount"]) == (1, "2.0000", "2000.0000")


def test_each_defect_is_told_with_row_column_and_what_was_found(ana: Sender) -> None:
    file = ana.sent(MIXED)
    rows = ana.caller.rows(f"submissions/{file['id']}/rows")
    assert [(row["row"], row["column"], row["found"]) for row in rows] == [
        (4, "invoice_date", "2026-02-31"),
        (5, "sku", "NO-SUCH"),
    ]
    assert len({row["reason"] for row in rows}) == 2
    assert "2026-02-31" in rows[0]["detail"]


def test_the_sheet_of_a_workbook_can_be_named(ana: Sender) -> None:
    content = workbook(Sales=GOOD, Short="\n".join(GOOD.splitlines()[:2]))
    assert ana.sent(content)["check"]["rows_total"] == 2
    assert ana.sent(content, sheet="Short")["check"]["rows_total"] == 1
    assert "no sheet" in ana.sent(content, sheet="Shorts")["check"]["refusal"]
    assert places(told(ana.send(content, sheet="S" * 101), 400, "invalid")) == ["/sheet"]


def test_all_or_nothing_refuses_a_file_with_a_bad_row(ana: Sender) -> None:
    file = ana.sent(MIXED, all_or_nothing="true")
    assert file["state"] == "refused"
    assert "2 of 4 rows cannot be taken" in file["check"]["refusal"]
    told(ana.step(file, "commit", {}), 409, "wrong_state")


def test_a_file_without_questions_is_recorded_by_itself_if_that_is_asked(ana: Sender) -> None:
    assert ana.sent(GOOD, record_when_clear="true")["state"] == "committed"
    again = ana.sent(GOOD, record_when_clear="false")
    assert (again["state"], again["check"]["duplicates"]) == ("checked", 2)


def test_questions_are_answered_before_anything_is_recorded(ana: Sender) -> None:
    file = ana.sent(ASKED, record_when_clear="true")
    assert file["state"] == "checked"
    (question,) = file["check"]["questions"]
    assert "can be read in two ways" in question
    for body in ({}, {"confirmed": []}, {"confirmed": [1]}, {"confirmed": [0, 1]}):
        problem = told(ana.step(file, "commit", body), 400, "questions_open")
        assert [(error["pointer"], error["detail"]) for error in problem["errors"]] == [
            ("/confirmed", question)
        ]
    assert ana.step(file, "commit", {"confirmed": [0, 0]}).json()["state"] == "committing"
    ana.work()
    assert ana.follow(file)["accepted"] == 2


def test_a_file_is_given_up_and_stays_so(ana: Sender) -> None:
    file = ana.sent(GOOD)
    assert ana.step(file, "discard").json()["state"] == "refused"
    assert "discarded" in ana.follow(file)["check"]["refusal"]
    told(ana.step(file, "discard"), 409, "wrong_state")
    told(ana.step(file, "commit", {}), 409, "wrong_state")
    ana.work()
    assert ana.follow(file)["accepted"] == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.4 and more", "not a table"),
        (b"a,b\n1,2\n", "No column of the file"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(ana: Sender, content: bytes, sentence: str) -> None:
    file = ana.sent(content)
    assert file["state"] == "refused"
    assert sentence in file["check"]["refusal"]


def test_a_file_has_to_be_a_file(world: World, ana: Sender) -> None:
    pair = pair_of(world).public_id
    assert places(told(ana.caller.send({"partnership": pair}), 400, "invalid")) == ["/file"]
    assert places(told(ana.caller.send({"partnership": pair, "file": "a,b"}), 400, "invalid")) == ["/file"]
    assert places(told(ana.caller.send({"file": SimpleUploadedFile("a.csv", b"a")}), 400, "invalid")) == [
        "/partnership"
    ]
    assert places(told(ana.send(GOOD, folder="x"), 400, "invalid")) == ["/folder"]
    for word in ("yes", "1", "True", "on"):
        assert places(told(ana.send(GOOD, all_or_nothing=word), 400, "invalid")) == ["/all_or_nothing"], word
    assert ana.caller.rows("submissions") == []


def test_a_name_is_kept_without_its_folders(ana: Sender) -> None:
    for name, kept in (
        ("../../etc/passwd", "passwd"),
        ("C:\\sales\\march.csv", "march.csv"),
        ("x" * 300, "x" * 255),
    ):
        assert ana.send(GOOD, name=name).json()["file_name"] == kept


@pytest.mark.parametrize(
    "pair", [("adventure", "southwest"), ("contoso", "outpost"), ("adventure", "adventure")]
)
def test_nobody_sends_for_another(world: World, ana: Sender, pair: tuple[str, str]) -> None:
    foreign = ana.send(GOOD, partnership=pair_of(world, *pair).public_id)
    invented = ana.send(GOOD, partnership="ptn_00000000000000000000")
    assert but_request_id(foreign) == but_request_id(invented)
    assert places(told(foreign, 400, "invalid")) == ["/partnership"]


def test_a_maker_sends_its_direct_sales_and_no_distributor_s(world: World, call: Call) -> None:
    vic = Sender(world, call("vic"))
    refused = told(vic.send(GOOD), 400, "refused")
    assert "Only the distributor" in refused["detail"]
    direct = vic.send(GOOD, partnership=pair_of(world, "adventure", "adventure").public_id)
    assert (direct.status_code, direct.json()["state"]) == (202, "received")


def test_an_ended_partnership_takes_no_file(world: World, ana: Sender) -> None:
    with acting_as(world.actor("northwest-admin")):
        end_partnership(pair_of(world))
    assert "not active" in told(ana.send(GOOD), 400, "refused")["detail"]


def test_an_uploader_s_system_sends_and_a_reader_s_does_not(world: World, call: Call) -> None:
    uwe = Sender(world, call("uwe"))
    file = uwe.sent(GOOD)
    assert uwe.step(file, "commit", {}).status_code == 200
    told(Sender(world, call("ana", Scope.SUBMISSIONS_READ)).send(GOOD), 403, "scope_missing")
    told(Sender(world, call("rita")).send(GOOD), 403, "not_permitted")


def test_a_maker_reads_of_a_recorded_file_that_it_came(world: World, ana: Sender, call: Call) -> None:
    mia = call("mia")
    file, waiting = ana.sent(GOOD, record_when_clear="true"), ana.sent(ASKED)
    (seen,) = mia.rows("submissions")
    assert seen == {name: value for name, value in file.items() if name != "check"}
    for one in (file, waiting):
        told(mia.get(f"submissions/{one['id']}"), 404, "not_found")
        told(mia.get(f"submissions/{one['id']}/rows"), 404, "not_found")
    world.share(*PAIR, Category.IDENTITY)
    assert "check" not in mia.rows("submissions")[0]


def test_a_large_file_streams_through(ana: Sender) -> None:
    line = "I-1,1,2026-01-14,C1,One,RB-1,2,2000.00,USD\n"
    content = (HEADINGS + "\n" + line * 80_000).encode()
    assert len(content) > 3 << 20
    assert ana.send(content).json()["check"]["size"] == len(content)
