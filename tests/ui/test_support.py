"""Break-glass: a keeper of the installation looks for an hour, everybody sees it, and anybody may ask what was read."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, connections, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from partners.accounts.models import Account
from partners.agreements.models import Category
from partners.audit.models import AccessEntry, AuditEntry
from partners.organisations.models import Organisation, SupportAccess
from partners.organisations.roles import Permission, can
from partners.organisations.support import end_all, grant_support
from partners.tenancy.actors import supporter, worker
from partners.tenancy.context import acting_as, forbid_writing
from tests.isolation.manifest import addresses
from tests.sessions import fresh_client
from tests.ui.conftest import Browse, analyse, canary, ref_of
from tests.world import World

HOUR = timedelta(hours=1)


def grant(world: World, slug: str = "northwest", life: timedelta = HOUR) -> tuple[SupportAccess, str]:
    access, words = grant_support(world.orgs[slug].pk, "Kim Keeper", "A total that looks wrong", life)
    return access, f"/support/enter/{words}/"


def keeper(world: World, slug: str = "northwest") -> tuple[Client, SupportAccess]:
    """Somebody who has come in by a link."""
    access, link = grant(world, slug)
    client = Client()
    assert client.get(link).status_code == 200
    assert client.post(link).headers["Location"] == "/"
    return client, access


def text(client: Client, path: str) -> str:
    return str(client.get(path).content.decode())


def test_a_keeper_sees_one_organisation_as_a_viewer_does(channel: World) -> None:
    analyse(channel)
    client, _ = keeper(channel)
    page = text(client, "/accounts/")
    assert canary("northwest") in page
    assert canary("southwest") not in page
    assert canary("outpost") not in page
    assert '<p class="where">Northwest</p>' in page
    assert "data-live" not in page
    assert client.get(f"/accounts/{ref_of(channel, 'ana', 'adventure', 'northwest')}/").status_code == 200
    for path in ("/submissions/", "/clients/", "/support/"):
        assert client.get(path).status_code == 403, path
    foreign = client.get(f"/accounts/{ref_of(channel, 'sam', 'adventure', 'southwest')}/")
    assert foreign.status_code == 404


def test_a_keeper_opens_what_is_nobody_s_own_and_no_mirror(channel: World) -> None:
    """Exactly the pages that a mirror shows, too: they look, and they want nobody in particular."""
    client, _ = keeper(channel)
    for name, view in ((one.name, one.callback) for one in addresses()):
        if not hasattr(view, "page_permission") or view.page_mirrored:
            continue
        for arguments in ([], ["x_0"]):
            try:
                path = reverse(name, args=arguments)
            except NoReverseMatch:
                continue
            assert client.get(path).status_code in (403, 404), name
    partnership = channel.partnerships["adventure", "northwest"].public_id
    assert client.get(f"/as/{partnership}/accounts/").status_code == 404


def test_a_keeper_changes_nothing(channel: World) -> None:
    client, access = keeper(channel)
    for path in ("/accounts/", "/", "/partnerships/", "/follow-ups/"):
        assert client.post(path, {"text": "x"}).status_code == 404, path
    with acting_as(supporter(channel.orgs["northwest"].pk, access.public_id)):
        assert {one for one in Permission if can(one)} == {
            Permission.VIEW_ACCOUNTS,
            Permission.VIEW_PARTNERSHIPS,
        }


def test_the_database_writes_nothing_for_a_page_of_a_keeper_s(channel: World) -> None:
    northwest = channel.orgs["northwest"].pk
    with acting_as(supporter(northwest, "spt_x")):
        with acting_as(supporter(northwest, "spt_x")):
            forbid_writing()
            assert Account.objects.exists()
            for model, change in ((Account, {"country": "XX"}), (Organisation, {"name": "x"})):
                with pytest.raises(InternalError, match="read-only transaction"), transaction.atomic():
                    model.objects.update(**change)
        SupportAccess.objects.update(ended_at=None)  # outside, what the frame has to write is written


def test_pages_are_read_under_that_ban(channel: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*_: Any, **__: Any) -> list[Any]:
        Account.objects.update(country="XX")
        return []

    client, _ = keeper(channel)
    client.raise_request_exception = False
    monkeypatch.setattr("portal.ui.home.views.list_partnerships", careless)
    assert client.get("/").status_code == 500
    with acting_as(channel.actor("ana")):
        assert not Account.objects.filter(country="XX").exists()


def test_a_link_opens_once_and_looking_at_it_uses_nothing_up(world: World) -> None:
    _, link = grant(world)
    for _ in range(3):
        assert "Look at Northwest" in text(Client(), link)
    first, second = Client(), Client()
    assert first.post(link).status_code == 302
    assert second.post(link).status_code == 410
    assert second.get(link).status_code == 410
    assert second.get("/").headers["Location"].startswith("/login/")
    assert first.get("/definitions/").status_code == 200


@pytest.mark.parametrize("words", ["tlv_x", "é", "x" * 2_000, "%00", "tlv_" + "0" * 32])
def test_invented_links_open_nothing(world: World, words: str) -> None:
    client = Client()
    assert client.post(f"/support/enter/{words}/").status_code == 410
    assert client.get("/").status_code == 302


def test_who_comes_in_leaves_their_own_login_behind(world: World, browse: Browse) -> None:
    _, link = grant(world, "southwest")
    client = browse("ana")
    before = client.session.session_key
    client.post(link)
    assert client.session.session_key != before
    assert '<p class="where">Southwest</p>' in text(client, "/definitions/")
    assert "_auth_user_id" not in client.session


def test_everybody_in_the_organisation_is_told_while_it_is_live(channel: World, browse: Browse) -> None:
    grant(channel)
    partnership = channel.partnerships["adventure", "northwest"].public_id
    for person in ("ana", "rita", "uwe", "northwest-admin"):
        client = browse(person)
        for path in ("/definitions/", "/your-login/"):
            page = text(client, path)
            assert "Kim Keeper may look at Northwest until" in page, (person, path)
            assert "A total that looks wrong" in page
        assert ("End it now" in page) == (person == "northwest-admin")
    assert "Kim Keeper may look" in text(browse("ana"), f"/as/{partnership}/definitions/")
    for person in ("mia", "sam", "adventure-admin"):
        assert "Kim Keeper" not in text(browse(person), "/definitions/")


def test_its_administrator_ends_it_at_once(channel: World, browse: Browse) -> None:
    client, access = keeper(channel)
    admin = browse("northwest-admin")
    assert client.get("/accounts/").status_code == 200
    ended = admin.post(reverse("support_end", args=[access.public_id]), follow=True).content.decode()
    assert "it opens nothing from the next click on" in ended
    assert client.get("/accounts/").headers["Location"].startswith("/login/")
    assert "visit" not in client.session
    assert "Kim Keeper may look" not in text(browse("ana"), "/definitions/")


def test_ending_it_waits_for_no_second_factor(world: World) -> None:
    access, _ = grant(world)
    admin = Client()
    admin.force_login(world.seats["northwest-admin"].user)
    admin.post(reverse("support_end", args=[access.public_id]))
    with acting_as(world.actor("northwest-admin")):
        assert SupportAccess.objects.get().ended_at is not None


def test_it_ends_with_its_hour_and_by_the_command(channel: World) -> None:
    _, over = grant(channel, life=-HOUR)
    assert Client().post(over).status_code == 410
    client, _ = keeper(channel)
    assert end_all(channel.orgs["northwest"].pk) == 1
    assert client.get("/").headers["Location"].startswith("/login/")
    assert end_all(channel.orgs["northwest"].pk) == 0


def test_a_keeper_who_is_done_ends_it(channel: World, browse: Browse) -> None:
    client, _ = keeper(channel)
    assert "I am done" in text(client, "/")
    assert client.post("/support/leave/").headers["Location"] == "/login/"
    assert client.get("/").status_code == 302
    assert "Kim Keeper may look" not in text(browse("ana"), "/definitions/")
    assert Client().post("/support/leave/").headers["Location"] == "/login/"


def test_what_was_opened_stays_on_the_list(channel: World, browse: Browse) -> None:
    client, access = keeper(channel)
    ref = ref_of(channel, "ana", "adventure", "northwest")
    for path in ("/accounts/?text=secret", "/accounts/", f"/accounts/{ref}/", "/clients/"):
        client.get(path)
    end_all(channel.orgs["northwest"].pk)
    page = text(browse("northwest-admin"), "/support/")
    assert "<code>/accounts/</code> × 2" in page
    assert f"<code>/accounts/{ref}/</code>" in page
    assert "/clients/</code>" not in page  # refused
    assert "secret" not in page
    assert "Kim Keeper" in page
    assert "Kim Keeper" not in text(browse("southwest-admin"), "/support/")
    with acting_as(channel.actor("northwest-admin")):
        denied = AuditEntry.objects.get(action="access.denied")
        assert (denied.user_id, denied.details) == (None, {"support": access.public_id})


def test_what_a_keeper_reads_of_a_distributor_s_says_so_there(channel: World) -> None:
    channel.share("adventure", "northwest", Category.VOLUME)
    analyse(channel, "northwest")
    client, access = keeper(channel, "adventure")
    assert client.get("/accounts/").status_code == 200
    with acting_as(channel.actor("ana")):
        read = AccessEntry.objects.exclude(reader_support="").values_list("reader_user_id", "reader_support")
        (who,) = set(read)
    assert who == (None, access.public_id)
    assert "for support" in text(fresh_client(channel.seats["ana"].user), "/partnerships/")


def test_no_page_and_no_worker_makes_an_access(world: World) -> None:
    for actor in (world.actor("northwest-admin"), worker(world.orgs["northwest"].pk)):
        with acting_as(actor), pytest.raises(Exception, match="row-level security"), transaction.atomic():
            SupportAccess.objects.create(name="x", reason="x", digest="x", expires_at="2999-01-01T00:00Z")


def test_the_command_is_the_owner_s(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["support_access", "--organisation", "northwest", "--as", "Kim", "--reason", "A total"]
    monkeypatch.setattr("partners.tenancy.commands.connections", {"default": connections["default"]})
    with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
        call_command(*asked)


def test_the_command_gives_a_link_that_opens(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("support_access", "--organisation", "northwest", "--as", "Kim", "--reason", "A total")
    link = re.search(r"link: http://localhost:8000(/support/enter/tlv_\w{32}/)", capsys.readouterr().out)
    assert link
    assert Client().post(link[1]).status_code == 302
    with connection.cursor() as cursor, acting_as(world.worker("northwest")):
        cursor.execute("SELECT digest FROM organisations_supportaccess")
        assert link[1].split("/")[3] not in str(cursor.fetchall())
    call_command("support_access", "--organisation", "northwest", "--end", "--json")
    assert '{"ended": 1}' in capsys.readouterr().out


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"--as": "Kim"},
        {"--reason": "x"},
        {"--as": "x" * 121, "--reason": "x"},
        {"--as": "\0", "--reason": "x"},
    ],
)
def test_the_command_says_what_is_missing(world: World, given: dict[str, str]) -> None:
    words = [word for pair in given.items() for word in pair]
    with pytest.raises(CommandError, match="Say who looks"):
        call_command("support_access", "--organisation", "northwest", *words)
    with pytest.raises(CommandError, match="no organisation 'nowhere'"):
        call_command("support_access", "--organisation", "nowhere", "--as", "Kim", "--reason", "x")
