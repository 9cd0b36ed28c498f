"""How good a file is stands on its page; what a partnership's data costs the analyses on that one's."""

from django.urls import reverse

from partners.agreements.models import Category
from tests.ingestion.conftest import Desk
from tests.ingestion.test_feeds import FILES, send
from tests.ui.conftest import Browse
from tests.ui.test_submissions import Sender, text
from tests.world import World


def page(world: World, browse: Browse, person: str) -> str:
    pair = world.partnerships["adventure", "northwest"].public_id
    return text(browse(person).get(reverse("partnership", args=[pair])))


def test_a_file_s_page_has_its_score_in_parts(world: World, browse: Browse) -> None:
    shown = Sender(world, browse("ana")).sent(FILES["stock"], feed="stock").page()
    assert "Data quality" in shown
    for part in ("Completeness", "Validity", "Products matched"):
        assert part in shown


def test_what_is_off_is_said_and_not_sent_reads_like_not_shared(analysed: World, browse: Browse) -> None:
    for person in ("ana", "mia"):
        assert "Payment signals are off: no payments in sight." in page(analysed, browse, person)
    send(Desk(analysed, "ana", "adventure", "northwest"), "payments")
    assert "Payment signals are off: no payments since Jan 2026." in page(analysed, browse, "ana")
    assert "Payment signals are off: no payments in sight." in page(analysed, browse, "mia")
    analysed.share("adventure", "northwest", Category.PRICE, Category.IDENTITY, Category.PAYMENTS)
    assert "Payment signals are off: no payments since Jan 2026." in page(analysed, browse, "mia")
