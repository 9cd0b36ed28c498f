"""A file from the form to the record, as its sender walks it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from integrations.ingestion.models import Submission, SubmissionCheck
from integrations.ingestion.services import check_submission, commit_submission
from partners.agreements.services import end_partnership
from partners.tenancy.context import acting_as
from tests.ingestion.files import workbook
from tests.ui.conftest import Browse
from tests.world import World

HEADINGS = "invoice_number,invoice_date,account_id,account_name,sku,quantity,net_amount,currency"
GOOD = f"{HEADINGS}\nI-1,2026-01-14,C1,One,RB-1,2,2000.00,USD\nI-2,2026-01-15,C2,Two,HE-1,4,140.50,USD\n"
MIXED = GOOD + "I-3,2026-02-31,C1,One,RB-1,1,900,USD\nI-4,2026-02-01,C1,One,NO-SUCH,1,900,USD\n"
NEW = "/submissions/new/"


def text(response: HttpResponse) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").split())


class Sender:
    """Ana of Northwest at her screen; the worker is asked by name."""

    def __init__(self, world: World, client: Client) -> None:
        self.world, self.client = world, client

    def upload(self, content: str | bytes, name: str = "march.csv", **changes: str) -> HttpResponse:
        body = content if isinstance(content, bytes) else content.encode()
        partnership = self.world.partnerships["adventure", "northwest"].public_id
        data = {
            "partnership": partnership,
            "faults": "good-rows",
            "feed": "sell_through",
            "file": SimpleUploadedFile(name, body),
        }
        return self.client.post(NEW, data | changes)

    def files(self) -> list[Submission]:
        with acting_as(self.world.actor("ana")):
            return list(Submission.objects.order_by("pk"))

    def work(self) -> None:
        for file in self.files():
            check_submission(file.pk, file.distributor_id)
            commit_submission(file.pk, file.distributor_id)

    def state(self) -> str:
        return str(self.files()[-1].state)

    def step(self, name: str, **data: object) -> HttpResponse:
        return self.client.post(reverse(f"submission_{name}", args=[self.files()[-1].public_id]), data)

    def page(self) -> str:
        return text(self.client.get(reverse("submission", args=[self.files()[-1].public_id])))

    def sent(self, content: str | bytes, **changes: str) -> "Sender":
        assert self.upload(content, **changes).status_code == 302
        self.work()
        return self


@pytest.fixture
def ana(world: World, browse: Browse) -> Sender:
    return Sender(world, browse("ana"))


def test_a_file_goes_from_the_form_to_the_record(ana: Sender) -> None:
    response = ana.upload(GOOD)
    assert response.headers["Location"] == reverse("submission", args=[ana.files()[0].public_id])
    assert "This file is being checked" in ana.page()
    ana.work()
    assert "2 of 2 rows would be recorded" in ana.page()
    assert "$2,140.50" in ana.page()
    assert ana.step("commit").status_code == 302
    assert "This file is being recorded" in ana.page()
    ana.work()
    assert "2 rows of this file are recorded" in ana.page()
    ana.step("undo")
    assert "This file was taken back" in ana.page()


def test_a_large_file_streams_through(ana: Sender) -> None:
    line = "I-1,2026-01-14,C1,One,RB-1,2,2000.00,USD\n"
    content = (HEADINGS + "\n" + line * 80_000).encode()
    assert len(content) > 3 << 20
    assert ana.upload(content).status_code == 302
    with acting_as(ana.world.actor("ana")):
        assert SubmissionCheck.objects.get().size == len(content)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_an_upload_that_was_cut_off_is_no_file(ana: Sender, share: float) -> None:
    pair = ana.world.partnerships["adventure", "northwest"].public_id
    fields = {"partnership": pair, "faults": "good-rows", "feed": "sell_through"}
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()
    ]
    content = HEADINGS + "\n" + "I-1,2026-01-14,C1,One,RB-1,2,2000.00,USD\n" * 10_000
    head = 'Content-Disposition: form-data; name="file"; filename="may.csv"\r\nContent-Type: text/csv\r\n\r\n'
    body = (
        "".join(f"--cut\r\n{part}\r\n" for part in parts)
        + f"--cut\r\n{head}{content[: int(len(content) * share)]}"
    )
    assert (
        ana.client.post(NEW, body.encode(), content_type="multipart/form-data; boundary=cut").status_code
        == 400
    )
    assert ana.files() == []
    whole = body.removesuffix(content[: int(len(content) * share)]) + content + "\r\n--cut--\r\n"
    assert (
        ana.client.post(NEW, whole.encode(), content_type="multipart/form-data; boundary=cut").status_code
        == 302
    )


def test_progress_is_asked_for_until_nothing_moves(ana: Sender) -> None:
    ana.upload(GOOD)
    url = reverse("submission_progress", args=[ana.files()[0].public_id])
    moving = ana.client.get(url)
    assert f'hx-get="{url}" hx-trigger="every 1s"' in text(moving)
    assert "HX-Refresh" not in moving.headers
    assert "htmx-2.min.js" in ana.page()
    ana.work()
    settled = ana.client.get(url)
    assert "hx-get" not in text(settled)
    assert settled.headers["HX-Refresh"] == "true"
    assert "htmx" not in ana.page()


def test_faulty_rows_are_told_by_reason_row_and_column(ana: Sender) -> None:
    page = ana.sent(MIXED).page()
    assert "2 of 4 rows would be recorded" in page
    assert "2 rows in quarantine" in page
    for words in ("No such day", "Product not in the catalogue", "2026-02-31", "NO-SUCH", "invoice_date"):
        assert words in page


def test_another_sheet_of_a_workbook_is_chosen_on_the_page(ana: Sender) -> None:
    other = GOOD.replace("I-1", "R-1").replace("I-2", "R-2") + "R-3,2026-01-20,C1,One,RB-1,-1,-1000.00,USD\n"
    page = ana.sent(workbook(Sales=other, Returns=GOOD, Cover="Sales,of,May"), name="may.xlsx").page()
    assert "Returns (3 rows), Cover (1 row)" in page
    assert '<option value="Returns">Returns</option>' in page
    assert ana.step("mapping", sheet="Sheet of another").status_code == 400
    assert ana.step("mapping", sheet="Returns").status_code == 302
    ana.work()
    assert "2 of 2 rows would be recorded" in ana.page()
    assert '<option value="Returns" selected>Returns</option>' in ana.page()


def test_all_or_nothing_refuses_the_file_and_says_why(ana: Sender) -> None:
    page = ana.sent(MIXED, faults="whole").page()
    assert "This file was not recorded" in page
    assert "2 of 4 rows cannot be taken" in page


def test_the_same_file_again_has_nothing_to_record(ana: Sender) -> None:
    ana.sent(GOOD).step("commit")
    page = ana.sent(GOOD).page()
    assert "There is nothing new in this file" in page
    assert "Record 0" not in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.4 and more", "not a table"),
        (b"a,b\n1,2\n", "Nothing of this file"),
    ],
)
def test_what_cannot_be_read_gets_one_sentence(ana: Sender, content: bytes, sentence: str) -> None:
    assert sentence in ana.sent(content).page()


def test_columns_that_nobody_knows_are_mapped_by_hand(ana: Sender) -> None:
    unknown = GOOD.replace("quantity", "How many").replace("invoice_date", "When")
    page = ana.sent(unknown).page()
    assert "No column was found for: Invoice date, Quantity." in page
    choices = {f"column-{place}": field for place, field in enumerate(HEADINGS.split(","))}
    assert ana.step("mapping", **choices).status_code == 302
    ana.work()
    page = ana.page()
    assert "2 of 2 rows would be recorded" in page
    assert "as accepted before" in page


def test_one_field_cannot_have_two_columns(ana: Sender) -> None:
    ana.sent(GOOD)
    response = ana.step("mapping", **{f"column-{number}": "sku" for number in range(8)})
    assert response.status_code == 400
    assert "Two columns are given the same field: Product number (SKU)." in text(response)
    assert ana.state() == "checked"


def test_a_field_that_no_feed_has_is_refused(ana: Sender) -> None:
    ana.sent(GOOD)
    assert ana.step("mapping", **{"column-0": "password"}).status_code == 400


def test_questions_are_answered_before_anything_is_recorded(ana: Sender) -> None:
    ambiguous = GOOD.replace("2026-01-14", "01/02/2026").replace("2026-01-15", "03/02/2026")
    page = ana.sent(ambiguous).page()
    assert "Please confirm first" in page
    assert "can be read in two ways" in page
    ana.step("commit")
    assert ana.state() == "checked"
    assert "Confirm each question first" in ana.page()
    ana.step("commit", confirmed=["0"])
    assert ana.state() == "committing"


def test_a_discarded_file_is_not_recorded(ana: Sender) -> None:
    ana.sent(GOOD).step("discard")
    assert "It was discarded before it was committed" in ana.page()
    ana.step("commit")
    assert ana.state() == "refused"


def test_a_step_that_came_too_late_is_told(ana: Sender) -> None:
    ana.sent(GOOD).step("commit")
    ana.work()
    ana.step("commit")
    assert "This file is committed" in ana.page()


def test_opening_a_step_by_its_address_does_nothing(ana: Sender) -> None:
    ana.sent(GOOD)
    for name in ("commit", "discard", "undo", "mapping"):
        response = ana.client.get(reverse(f"submission_{name}", args=[ana.files()[0].public_id]))
        assert response.headers["Location"] == reverse("submission", args=[ana.files()[0].public_id])
    assert ana.state() == "checked"


def test_a_form_that_lacks_something_is_shown_again_with_the_reason_beside_it(ana: Sender) -> None:
    response = ana.client.post(NEW, {"faults": "good-rows"})
    assert response.status_code == 400
    page = text(response)
    assert "The file was not sent." in page
    assert 'aria-invalid="true"' in page
    described = re.findall(r'aria-describedby="([\w ]+)"', page)
    assert all(f'id="{name}"' in page for names in described for name in names.split())
    assert ana.files() == []


@pytest.mark.parametrize(
    "pair", [("adventure", "southwest"), ("contoso", "outpost"), ("adventure", "adventure")]
)
def test_nobody_sends_for_anothers_partnership(ana: Sender, pair: tuple[str, str]) -> None:
    response = ana.upload(GOOD, partnership=ana.world.partnerships[pair].public_id)
    assert response.status_code == 400
    assert "Choose one of your partnerships." in text(response)
    assert text(response).count('value="ptn_') == 2  # her own two
    assert ana.files() == []


def test_an_ended_partnership_takes_no_file_and_says_so(ana: Sender) -> None:
    partnership = ana.world.partnerships["adventure", "northwest"]
    with acting_as(ana.world.actor("northwest-admin")):
        end_partnership(partnership)
    response = ana.upload(GOOD)
    assert response.status_code == 400
    assert "This partnership is not active, so it takes no files." in text(response)
    assert ana.files() == []


def test_a_file_name_is_shown_and_never_trusted(ana: Sender) -> None:
    ana.sent(GOOD, name="<b>hx-get=x<b>.csv")
    assert "&lt;b&gt;hx-get=x&lt;b&gt;.csv" in ana.page()
    assert "<b>hx-get" not in ana.page()


def test_a_maker_sends_its_direct_sales_only(world: World, browse: Browse) -> None:
    page = text(browse("vic").get(NEW))
    assert page.count('<option value="ptn_') == 1
    assert "Direct sales" in page
    assert "No partnership to send for" in text(browse("contoso-admin").get(NEW))


def test_a_viewer_of_files_is_offered_no_step(ana: Sender, browse: Browse) -> None:
    from partners.organisations.services import seat_new_user
    from partners.tenancy.actors import Role, founder

    with acting_as(founder(ana.world.orgs["northwest"].pk)):
        ana.world.seats["fay"] = seat_new_user("fay@northwest.example", "Fay", None, Role.FINANCE)
    ana.sent(GOOD)
    page = text(browse("fay").get(reverse("submission", args=[ana.files()[0].public_id])))
    assert "2 of 2 rows would be recorded" in page
    assert "Record it?" not in page
    assert "<select" not in page.partition("<main")[2]
