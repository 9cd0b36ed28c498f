"""A workbook of several sheets: the one with the data is found, named with the others, and can be chosen for good."""

from integrations.ingestion.reading import Examination
from integrations.ingestion.services import check_submission, choose_sheet
from partners.tenancy.context import acting_as
from tests.ingestion.conftest import Desk
from tests.ingestion.files import GOOD, HEADINGS, workbook

SALES = GOOD
OTHER = f"{HEADINGS}\nR-1,1,2026-01-20,C1,Cyclery One,RB-1,-1,-1000.00,USD\n"


def _sheet(ana: Desk, submission) -> str:
    return Examination.from_json(ana.check_of(submission).examination).layout.sheet


def test_of_two_sheets_with_the_same_headings_one_is_read_and_the_other_asked_about(ana: Desk) -> None:
    sent = ana.check(workbook(Returns=OTHER, Sales=SALES), "may.xlsx")
    assert _sheet(ana, sent) == "Sales"
    assert ana.check_of(sent).questions == [
        'Sheet "Sales" of the workbook is read. These have the same headings and are not: Returns. Is that right?'
    ]


def test_a_sheet_without_the_data_is_no_question(ana: Desk) -> None:
    sent = ana.check(workbook(Cover="Sales of May\nfor Adventure Works", Sales=SALES), "may.xlsx")
    assert (_sheet(ana, sent), ana.check_of(sent).questions) == ("Sales", [])


def test_the_chosen_sheet_is_read_and_taken_again_without_a_question(ana: Desk) -> None:
    content = workbook(Returns=OTHER, Sales=SALES)
    sent = ana.check(content, "may.xlsx")
    with acting_as(ana.world.actor("ana")):
        choose_sheet(sent, "Returns")
    check_submission(sent.pk, sent.distributor_id)
    assert (_sheet(ana, sent), ana.check_of(sent).totals["accepted"]) == ("Returns", 1)
    ana.send(content, "may.xlsx", sheet="Returns")
    later = ana.check(workbook(Returns=OTHER.replace("R-1", "R-2"), Sales=SALES), "june.xlsx")
    assert (_sheet(ana, later), ana.check_of(later).questions) == ("Returns", [])
    ana.send(SALES.replace("I-1", "I-8").encode(), "as text.csv")
    without = ana.check(workbook(Sales=SALES), "july.xlsx")
    assert _sheet(ana, without) == "Sales"
    assert ana.check_of(without).questions == [
        'The workbook has no sheet "Returns", which was chosen before; "Sales" is read. Is that right?'
    ]


def test_a_sheet_that_is_asked_for_and_missing_refuses_the_file(ana: Desk) -> None:
    sent = ana.check(workbook(Sales=SALES), "may.xlsx", sheet="Mai")
    assert ana.check_of(sent).refusal.startswith(
        'The workbook has no sheet "Mai" with a table; it has: Sales.'
    )
