"""What pages do beside answering: that they refuse calmly, on record, and change nothing by it.

Who may see which page, and for whom it does not exist, is proven for every address in tests/isolation.
"""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.runs.pictures import get_finding
from analytics.runs.selectors import get_overview
from integrations.ingestion.models import Submission
from integrations.ingestion.services import check_submission, receive_file
from partners.audit.models import AuditEntry
from partners.engagement.models import FollowUp
from partners.engagement.services import Plan, open_follow_up
from partners.tenancy.context import acting_as
from portal.custody.erasing import destroy
from portal.custody.models import Reason, Receipt
from tests.ui.conftest import Browse, ref_of
from tests.world import World

HEADINGS = "invoice_number,invoice_date,account_id,sku,quantity"
FILE = f"{HEADINGS}\nI-1,2026-01-14,C1,RB-1,2\n".encode()


@pytest.fixture
def ids(analysed: World) -> dict[str, str]:
    """The ids of things that belong to Northwest: its account, its file."""
    partnership = analysed.partnerships["adventure", "northwest"]
    with acting_as(analysed.actor("ana")):
        file = receive_file(partnership, "march.csv", [FILE], source=Submission.Source.UPLOAD)
    check_submission(file.pk, file.distributor_id)
    return {"account": ref_of(analysed, "ana", "adventure", "northwest"), "submission": file.public_id}


def opened(world: World) -> FollowUp:
    """A follow-up of Ana's on the late account, which nobody else may see."""
    partnership = world.partnerships["adventure", "northwest"]
    with acting_as(world.actor("ana")):
        late = next(row for row in get_overview([partnership]).late)
        finding = get_finding(partnership, late.card, "should_have_ordered")
        assert finding is not None
        plan = Plan(world.seats["ana"].public_id, "Ring them", None, timezone.localdate())
        return open_follow_up(partnership, late.card, finding, plan)


def test_ones_own_role_may_not_include_it(world: World, browse: Browse) -> None:
    response = browse("uwe").get(reverse("accounts"))
    assert response.status_code == 403
    assert "Your role does not include this page" in response.content.decode()


def test_a_refused_step_changes_nothing(ids: dict[str, str], channel: World, browse: Browse) -> None:
    for person in ("sam", "mia", "rita", "contoso-admin"):
        for name in ("submission_commit", "submission_discard", "submission_undo", "submission_mapping"):
            browse(person).post(reverse(name, args=[ids["submission"]]), {"column-0": ""})
    with acting_as(channel.actor("ana")):
        assert Submission.objects.get(public_id=ids["submission"]).state == Submission.State.CHECKED


def test_a_denial_is_on_record_in_the_organisation_that_was_denied(
    ids: dict[str, str], channel: World, browse: Browse
) -> None:
    browse("sam").get(reverse("account", args=[ids["account"]]))
    with acting_as(channel.actor("sam")):
        assert AuditEntry.objects.filter(action="access.denied", subject="account").count() == 1
    with acting_as(channel.actor("ana")):
        assert not AuditEntry.objects.filter(action="access.denied").exists()


def test_a_manager_of_some_partnerships_sees_no_other(ids: dict[str, str], browse: Browse) -> None:
    assert "Northwest" not in browse("max").get(reverse("partnerships")).content.decode()
    assert "Northwest" in browse("mia").get(reverse("partnerships")).content.decode()


def test_who_sees_no_account_starts_with_the_files(world: World, browse: Browse) -> None:
    assert browse("uwe").get("/").headers["Location"] == reverse("submissions")


def test_an_unknown_address_is_a_calm_404(world: World, browse: Browse, client: Client) -> None:
    for someone in (client, browse("ana")):
        response = someone.get("/nothing/of/this/kind/")
        assert response.status_code == 404
        assert "There is nothing at this address" in response.content.decode()
        assert "of/this/kind" not in response.content.decode()


def test_search_engines_are_asked_to_stay_away(client: Client, db: None) -> None:
    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_a_form_without_its_token_is_told_what_to_do(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.seats["ana"].user)
    response = client.post(reverse("seat"), {"seat": "x"})
    assert response.status_code == 403
    assert "This form is too old" in response.content.decode()


def receipt_of(world: World) -> str:
    """The id of a finished receipt, of nobody in particular."""
    with acting_as(world.actor("ana")):
        receipt = Receipt.objects.create(
            kind=Receipt.Kind.ACCOUNT, reason=Reason.CUSTOMER_ASKED, asked_by_name="Ana"
        )
    destroy(receipt.pk, receipt.organisation_id)
    return str(receipt.public_id)
