"""Rows in quarantine by page: what many share at once, the others in a grid, or as a file with reasons."""

import pytest
from django.urls import reverse

from tests.ui.conftest import Browse
from tests.ui.test_submissions import Sender, text
from tests.world import World

HEADINGS = "invoice_number,invoice_date,account_id,sku,quantity,net_amount,currency\n"
FILE = (
    HEADINGS + "I-1,2026-01-05,C1,RB-1,2,1800.00,USD\nI-2,2026-01-20,C2,RB-9,5,150.00,USD\n"
    "I-3,2026-02-31,C2,HE-1,5,150.00,USD\nI-4,2026-01-21,C2,RB-9,1,15.00,USD\n"
)


@pytest.fixture
def ana(world: World, browse: Browse) -> Sender:
    sender = Sender(world, browse("ana")).sent(FILE)
    sender.step("commit")
    sender.work()
    return sender


def quarantine(ana: Sender, number: int = 0) -> str:
    return reverse("submission_quarantine", args=[ana.files()[number].public_id])


def test_it_leads_from_the_file_to_what_is_wrong_and_what_is_near(ana: Sender) -> None:
    assert f'href="{quarantine(ana)}"' in ana.page()
    page = text(ana.client.get(quarantine(ana)))
    assert "3 rows wait in quarantine" in page
    assert '<option value="RB-1">' in page
    assert "Instead of RB-9 in sku" in page
    assert 'name="cell-4-1" value="2026-02-31"' in page
    assert page.count('aria-invalid="true"') == 3


def test_a_rule_and_a_cell_are_sent_together_as_a_file_of_its_own(ana: Sender) -> None:
    sent = ana.client.post(
        quarantine(ana),
        {
            "defect-0": "3:RB-9",
            "rule-0": "RB-1",
            "cell-4-1": "2026-02-28",
            "cell-4-0": "I-3",
            "cell-99-1": "x",
        },
    )
    assert sent.headers["Location"] == reverse("submission", args=[ana.files()[1].public_id])
    ana.work()
    ana.step("commit")
    ana.work()
    assert (ana.state(), ana.files()[1].accepted) == ("committed", 3)
    assert "Every row is corrected" in text(ana.client.get(quarantine(ana)))


def test_nothing_entered_is_said_and_sends_nothing(ana: Sender) -> None:
    answer = ana.client.post(quarantine(ana), {"defect-0": "3:RB-9", "rule-0": ""}, follow=True)
    assert "Nothing was changed in these rows" in text(answer)
    assert len(ana.files()) == 1


@pytest.mark.parametrize("after", ["x", "-1", "9999999999"])
def test_a_row_that_is_no_number_is_refused(ana: Sender, after: str) -> None:
    assert ana.client.get(quarantine(ana), {"after": after}).status_code == 400


def test_they_are_taken_away_as_a_file_with_reasons(ana: Sender) -> None:
    answer = ana.client.get(reverse("submission_quarantine_file", args=[ana.files()[0].public_id]))
    assert answer.headers["Content-Type"].startswith("text/csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "row,reasons," + HEADINGS.strip()
    assert len(lines) == 4
