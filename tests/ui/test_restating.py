"""A period sent again by page: the difference stands there before anything changes."""

import pytest

from tests.ui.conftest import Browse
from tests.ui.test_submissions import Sender
from tests.world import World

HEADINGS = "invoice_number,invoice_date,account_id,sku,quantity,net_amount,currency\n"


@pytest.fixture
def ana(world: World, browse: Browse) -> Sender:
    return Sender(world, browse("ana"))


def test_the_difference_is_on_the_page_before_it_is_recorded(ana: Sender) -> None:
    ana.sent(HEADINGS + "I-1,2026-01-05,C1,RB-1,2,1800.00,USD\nI-2,2026-01-20,C2,HE-1,5,150.00,USD\n")
    ana.step("commit")
    ana.work()
    ana.sent(HEADINGS + "I-1,2026-01-05,C1,RB-1,3,2700.00,USD\n", restates="on")
    page = ana.page()
    assert "What changes in its months" in page
    for said in ("Jan 2026", "$1,950.00", "$2,700.00", "$750.00"):
        assert said in page
    ana.step("commit")
    ana.work()
    assert ana.state() == "committed"
    assert "Taken back by it" in ana.page()
