"""Taking a partnership's data out: one ZIP file of CSV files and a manifest, written and read a piece at a time."""

import csv
import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext

from integrations.ingestion.recording.sending import headings_of, rows_of
from partners.access.doors import NotFound, get_partnership
from partners.accounts.models import AccountHandle
from partners.agreements.models import Grant, Partnership
from partners.audit.models import AccessEntry
from partners.audit.services import record
from partners.catalogue.selectors import name_families
from partners.engagement.models import FollowUp, FollowUpComment
from partners.jobs.services import announce, each_for_itself, emit
from partners.ledger.records import KINDS
from partners.ledger.selectors import WHOLE_COLUMNS, page_whole_lines
from partners.organisations.models import User
from partners.organisations.roles import Permission, require
from partners.tenancy.actors import Actor, worker
from partners.tenancy.context import acting_as, current_organisation_id, current_user_id
from portal.custody.models import Archive, ArchivePiece

Done = Callable[[], None]
Row = Sequence[Any]
LIFE = timedelta(days=7)
PIECE = 1 << 20
CHUNK = 5_000  # rows that are held at once
GUARDED = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run; numbers are no texts


def ask_for_archive(partnership_id: str) -> Archive:
    """Have the data of a partnership of one's own put together; asking again while it is made changes nothing."""
    partnership = get_own_partnership(partnership_id)
    waiting = Archive.objects.filter(partnership=partnership, state=Archive.State.WAITING).first()
    if waiting is not None:
        return waiting
    archive = Archive(partnership=partnership)
    archive.asked_by_name = User.objects.get(pk=current_user_id()).name
    archive.save()
    record("archive.asked", archive.public_id, partnership=partnership.public_id)
    emit("archive.wanted", archive_id=archive.pk)
    return archive


def get_own_partnership(partnership_id: str) -> Partnership:
    """A partnership whose data is the acting person's organisation's, for who shares; raises `NotFound`."""
    require(Permission.SHARE)
    partnership = get_partnership(partnership_id)
    if partnership.distributor_id != current_organisation_id():
        raise PermissionDenied(
            gettext("Only the distributor whose data it is takes it out or has it destroyed.")
        )
    return partnership


def list_archives(partnership: Partnership) -> list[Archive]:
    """Those that are being made, and those that can be downloaded still, the newest first."""
    lives_since = timezone.now() - LIFE
    return list(Archive.objects.filter(partnership=partnership, asked_at__gte=lives_since).order_by("-pk"))


def get_archive(partnership: Partnership, public_id: str) -> Archive:
    """One that can be downloaded now; raises `NotFound`. It is on record that it was."""
    found = [one for one in list_archives(partnership) if one.public_id == public_id]
    if not found or found[0].state != Archive.State.READY:
        raise NotFound(public_id)
    record("archive.downloaded", public_id, partnership=partnership.public_id)
    return found[0]


def read_piece(archive: Archive, number: int) -> bytes | None:
    """A megabyte of it; None after the last."""
    found = ArchivePiece.objects.filter(archive_id=archive.pk, number=number).values_list(
        "content", flat=True
    )
    return next((bytes(content) for content in found), None)


def forget_everybodys_old_archives() -> None:
    """Destroy every archive that has had its days, in the name of the organisation whose it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation_id FROM gate_holders_of_archives(%s)", [timezone.now() - LIFE])
        holders = [(organisation_id, organisation_id) for (organisation_id,) in cursor.fetchall()]
    each_for_itself("old archives", holders, _forget_old_archives)


def _forget_old_archives(organisation_id: int) -> None:
    old = Archive.objects.filter(organisation_id=organisation_id, asked_at__lt=timezone.now() - LIFE)
    ids = list(old.values_list("pk", flat=True))
    ArchivePiece.objects.filter(archive_id__in=ids).delete()
    Archive.objects.filter(pk__in=ids).delete()


def erase_archives(partnership_ids: Collection[int]) -> Counter[str]:
    """Destroy the archives of these partnerships; one that is being written comes to its end without being there."""
    of_them = Archive.objects.filter(
        organisation_id=current_organisation_id(), partnership_id__in=partnership_ids
    )
    ids = list(of_them.select_for_update().order_by("pk").values_list("pk", flat=True))
    of_them.filter(pk__in=ids).delete()
    return Counter(custody_archivepiece=ArchivePiece.objects.filter(archive_id__in=ids).delete()[0])


def write_archive(archive_id: int, organisation_id: int, done: Done = lambda: None) -> None:
    """Write a wanted archive from its beginning, a chunk a transaction. `done` is called in the one that ends it."""
    actor = worker(organisation_id)
    try:
        _write(archive_id, actor, done)
    except _Erased:
        with acting_as(actor):
            done()


def _write(archive_id: int, actor: Actor, done: Done) -> None:
    with acting_as(actor):
        archive = Archive.objects.select_related("partnership").filter(pk=archive_id).first()
        if archive is None or archive.state != Archive.State.WAITING:
            done()
            return
        ArchivePiece.objects.filter(archive_id=archive_id).delete()
    kept = _Pieces(archive)
    manifest: dict[str, Any] = {"partnership": archive.partnership.public_id, "files": {}}
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, (headings, chunks) in _contents(archive.partnership).items():
            manifest["files"][name] = _write_csv(packed, name, headings, chunks, kept, actor)
        manifest["asked_at"] = archive.asked_at.isoformat()
        packed.writestr("manifest.json", json.dumps(manifest, indent=2))
    with acting_as(actor):
        kept.hold()
        kept.flush_all()
        Archive.objects.filter(pk=archive_id).update(
            state=Archive.State.READY,
            rows=sum(file["rows"] for file in manifest["files"].values()),
            size=kept.size,
            sha256=kept.digest.hexdigest(),
            ready_at=timezone.now(),
        )
        record("archive.ready", archive.public_id)
        announce("archive", current_organisation_id())
        done()


def give_up_archive(archive_id: int) -> None:
    """It failed each time: it can be asked for again."""
    Archive.objects.filter(pk=archive_id, state=Archive.State.WAITING).update(state=Archive.State.FAILED)


class _Erased(Exception):  # noqa: N818  (no fault)
    """What is in the archive was destroyed while it was written."""


class _Pieces(io.RawIOBase):
    """What the archive is written into: pieces of a megabyte in the database."""

    def __init__(self, archive: Archive) -> None:
        self.archive, self.held, self.number, self.size = archive, bytearray(), 0, 0
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.held += content
        self.digest.update(content)
        self.size += len(content)
        return len(content)

    def hold(self) -> None:
        """Tell how far it is, and keep the archive from being erased in the present transaction.

        Before anything is read: whoever erases waits for what is read, and what is read later is not there any more.
        """
        waiting = Archive.objects.filter(pk=self.archive.pk, state=Archive.State.WAITING)
        if not waiting.update(rows=self.archive.rows):
            raise _Erased

    def flush_whole(self) -> None:
        """Store the whole megabytes that are held, in the present transaction."""
        while len(self.held) >= PIECE:
            self._store(PIECE)

    def flush_all(self) -> None:
        """Store what is held."""
        self.flush_whole()
        if self.held:
            self._store(len(self.held))

    def _store(self, length: int) -> None:
        content = bytes(self.held[:length])
        ArchivePiece.objects.create(archive_id=self.archive.pk, number=self.number, content=content)
        del self.held[:length]
        self.number += 1


def _write_csv(
    packed: zipfile.ZipFile,
    name: str,
    headings: Row,
    chunks: Iterable[list[Row]],
    kept: _Pieces,
    actor: Actor,
) -> dict[str, Any]:
    rows, digest = 0, hashlib.sha256()
    with packed.open(name, "w", force_zip64=True) as file:

        def write(lines: Iterable[Row]) -> None:
            text = io.StringIO()
            csv.writer(text, lineterminator="\r\n").writerows(lines)
            content = text.getvalue().encode()
            digest.update(content)
            file.write(content)

        write([headings])
        remaining = iter(chunks)
        while True:
            with acting_as(actor):
                kept.hold()
                chunk = next(remaining, None)
                kept.flush_whole()
                if chunk is None:
                    break
            kept.archive.rows += len(chunk)
            rows += len(chunk)
            write([_plain(value) for value in row] for row in chunk)
    return {"rows": rows, "sha256": digest.hexdigest()}


def _plain(value: Any) -> str:
    """A text that a spreadsheet would run is given an apostrophe, as spreadsheets themselves write it."""
    if isinstance(value, str) and value.startswith(GUARDED):
        return f"'{value}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def _contents(partnership: Partnership) -> dict[str, tuple[Row, Iterator[list[Row]]]]:
    """The files with their headings; rows are read when they are asked for, under whoever acts then."""
    of_it = Q(partnership=partnership)
    own = Q(organisation_id=partnership.distributor_id)
    follow_ups = of_it & own
    of_follow_ups = own & Q(follow_up__partnership=partnership)
    return {
        "sell_through.csv": (WHOLE_COLUMNS, _lines(partnership)),
        **{
            f"{_FILES.get(feed, feed)}.csv": (headings_of(feed), rows_of(feed, partnership, CHUNK))
            for feed in KINDS
        },
        "accounts.csv": _table(AccountHandle, of_it, _ACCOUNTS),
        "agreement.csv": (_GRANTS, _grants(partnership)),
        "access_log.csv": _table(AccessEntry, Q(partnership_id=partnership.pk), _READINGS),
        "follow_ups.csv": _table(FollowUp, follow_ups, _FOLLOW_UPS),
        "follow_up_comments.csv": _table(FollowUpComment, of_follow_ups, _COMMENTS),
    }


_FILES = {"accounts": "account_master"}  # beside the accounts as they are met in the partnership
# By table: how a column is called in the file, and where it is read.
_WHO = "account__identity__"
_ACCOUNTS = {
    "account_id": f"{_WHO}code", "pseudonym": "token", "merged_into": "account__merged_into__identity__code",
    **{name: f"{_WHO}{name}" for name in ("name", "street", "city", "region", "postcode")},
    **{name: f"account__{name}" for name in ("country", "account_type", "industry")},
}  # fmt: skip
_GRANTS = (
    "grant", "category", "family", "from_month", "to_month", "granularity", "purposes", "granted_at", "revoked_at",
    "keep_history_until",
)  # fmt: skip
_READINGS = {name: name for name in ("at", "what", "subject", "rows", "purpose")}
_FOLLOW_UPS = {
    "follow_up": "public_id", "account_id": f"{_WHO}code", "kind": "matter__kind", "next_step": "matter__next_step",
    "owner": "owner_name", **{name: name for name in ("state", "due_on", "review_on", "opened_at", "closed_at")},
}  # fmt: skip
_COMMENTS = {"follow_up": "follow_up__public_id", "by": "author_name", "at": "written_at", "text": "text"}


def _grants(partnership: Partnership) -> Iterator[list[Row]]:
    """Every grant that was ever given, with its family by name; without one it is of all families."""
    grants = list(Grant.objects.filter(partnership=partnership).order_by("pk"))
    names = name_families({grant.family_id for grant in grants if grant.family_id})
    yield [
        (
            grant.public_id,
            grant.category,
            names.get(grant.family_id, "") if grant.family_id else "",
            *(getattr(grant, name) for name in _GRANTS[3:]),
        )
        for grant in grants
    ]


def _lines(partnership: Partnership) -> Iterator[list[Row]]:
    after = None
    while found := page_whole_lines(partnership, after, CHUNK):
        yield [row for _, row in found]
        after = found[-1][0]


def _table(model: type[Model], which: Q, columns: Mapping[str, str]) -> tuple[Row, Iterator[list[Row]]]:
    return tuple(columns), _rows(model, which, columns)


def _rows(model: type[Model], which: Q, columns: Mapping[str, str]) -> Iterator[list[Row]]:
    after = 0
    while True:
        found = model._default_manager.filter(which, pk__gt=after).order_by("pk")
        rows = list(found.values_list("pk", *columns.values())[:CHUNK])
        if not rows:
            return
        after = rows[-1][0]
        yield [row[1:] for row in rows]
