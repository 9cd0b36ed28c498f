"""From the code of a finding, as a report prints it, to the evidence behind it."""

import pytest
from django.test import Client
from django.urls import reverse

from analytics.runs.models import Finding
from analytics.runs.paging import SHORTEST_CODE
from partners.tenancy.context import acting_as
from partners.tenancy.models import new_public_id
from tests.ui.conftest import Browse, ref_of
from tests.world import World

PAIR = ("adventure", "northwest")


@pytest.fixture
def found(analysed: World) -> str:
    """The id of Northwest's finding that its first account should have ordered."""
    with acting_as(analysed.actor("ana")):
        late = Finding.objects.get(kind="should_have_ordered", partnership_id=analysed.partnerships[PAIR].pk)
        return str(late.public_id)


def at(client: Client, code: str) -> tuple[int, str]:
    answer = client.get(reverse("finding", args=[code]))
    return answer.status_code, answer.headers.get("Location", "")


def test_it_leads_to_what_stands_behind_it(channel: World, browse: Browse, found: str) -> None:
    ana, ref = browse("ana"), ref_of(channel, "ana", *PAIR)
    pair = channel.partnerships[PAIR].public_id
    place = f"/accounts/{ref}/?partnership={pair}#orders"
    assert at(ana, found) == at(ana, found[:SHORTEST_CODE]) == (302, place)
    assert 'id="orders"' in ana.get(place).content.decode()


def test_a_step_of_the_ladder_leads_to_its_evidence(channel: World, browse: Browse, found: str) -> None:
    pair, ref = channel.partnerships[PAIR], ref_of(channel, "ana", *PAIR)
    with acting_as(channel.worker("northwest")):
        late = Finding.objects.get(public_id=found)
        step = Finding.objects.get(pk=late.pk)
        step.pk, step.kind, step.public_id = None, "quantity_shrinks", new_public_id("fnd")
        step.save(force_insert=True)
    status, place = at(browse("ana"), step.public_id)
    assert (status, place) == (
        302,
        f"/accounts/{ref}/evidence/quantity_shrinks/?partnership={pair.public_id}",
    )
    assert browse("ana").get(place).status_code == 200


def test_too_short_a_code_leads_nowhere(channel: World, browse: Browse, found: str) -> None:
    ana = browse("ana")
    for code in (
        found[: SHORTEST_CODE - 1],
        "fnd_",
        "x",
        f"{found}x",
        found[4:],
        "%",
        "fnd_________",
        "fnd_%%%%%%%%",
    ):
        assert at(ana, code) == (404, ""), code


def test_a_code_that_two_findings_share_leads_nowhere(channel: World, browse: Browse, found: str) -> None:
    with acting_as(channel.worker("northwest")):
        twin = Finding.objects.get(public_id=found)
        twin.pk, twin.kind, twin.public_id = None, "quantity_shrinks", found[:-1] + "\u007e"
        twin.save(force_insert=True)
    ana = browse("ana")
    assert at(ana, found[:SHORTEST_CODE]) == (404, "")
    assert at(ana, found)[0] == 302


@pytest.mark.parametrize("person", ["sam", "otto", "mia", "rita", "contoso-admin"])
def test_anothers_finding_reads_like_none(channel: World, browse: Browse, found: str, person: str) -> None:
    client = browse(person)
    for foreign, invented in ((found, new_public_id("fnd")), (found[:12], new_public_id("fnd")[:12])):
        answers = [client.get(reverse("finding", args=[code])) for code in (foreign, invented)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_each_side_has_its_own(channel: World, browse: Browse, found: str) -> None:
    with acting_as(channel.actor("mia")):
        theirs = Finding.objects.get(kind="should_have_ordered", partnership_id=channel.partnerships[PAIR].pk)
    assert theirs.public_id != found
    status, place = at(browse("mia"), theirs.public_id)
    assert (status, place.startswith("/accounts/cus_")) == (302, True)
    assert browse("mia").get(place).status_code == 200


def test_the_search_box_takes_a_code(channel: World, browse: Browse, found: str) -> None:
    ana, ref = browse("ana"), ref_of(channel, "ana", *PAIR)
    for text in (found, f" {found[:SHORTEST_CODE]} "):
        answer = ana.get("/accounts/", {"text": text}, follow=True)
        assert answer.redirect_chain[-1][0].startswith(f"/accounts/{ref}/")
    for text in ("fnd_/x", "fnd_ x", "fnd_", "fnd", "fnd_<b>"):
        assert ana.get("/accounts/", {"text": text}).status_code == 200, text
    assert ana.get("/accounts/", {"text": "fnd_0000000000"}, follow=True).status_code == 404


def test_in_a_mirror_it_is_a_text_like_any_other(channel: World, browse: Browse, found: str) -> None:
    mirror = f"/as/{channel.partnerships[PAIR].public_id}"
    ana = browse("ana")
    assert ana.get(f"{mirror}/accounts/", {"text": found}).status_code == 200
    assert ana.get(mirror + reverse("finding", args=[found])).status_code == 404
