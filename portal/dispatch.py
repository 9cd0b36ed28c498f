"""The one table from what happened to the tasks that follow: the only place that joins analytics and integrations."""

from collections.abc import Callable

from partners.jobs.models import OutboxEvent
from partners.jobs.services import Dispatch, Target

CHECK = "ingestion.check"
COMMIT = "ingestion.commit"
ANALYSE = "analytics.analyse"
LETTER = "login.letter"
DESTROY, ARCHIVE = "custody.destroy", "custody.archive"
WRITE, MAIL, WITHDRAW = "reports.write", "reports.mail", "reports.withdraw"
INVITE = "people.mail"


def _sender(*tasks: str) -> Callable[[OutboxEvent], list[Target]]:
    return lambda event: [Target(task, event.organisation_id) for task in tasks]


def _both_audiences(event: OutboxEvent) -> list[Target]:
    sides = dict.fromkeys([event.organisation_id, event.payload["manufacturer_id"]])
    return [Target(ANALYSE, organisation_id) for organisation_id in sides]


def _maker(event: OutboxEvent) -> list[Target]:
    return [Target(task, event.payload["manufacturer_id"]) for task in (WITHDRAW, ANALYSE)]


DISPATCH: Dispatch = {
    "submission.received": _sender(CHECK),
    "submission.confirmed": _sender(COMMIT),
    "ledger.changed": _both_audiences,
    "sharing.changed": _maker,
    "destruction.asked": _sender(DESTROY),
    "archive.wanted": _sender(ARCHIVE),
    "report.wanted": _sender(WRITE),
    # Should sight have been taken away in the moment in which it was kept, it is erased again.
    "report.ready": _sender(WITHDRAW),
    "report.mail_wanted": _sender(MAIL),
    "invitation.wanted": _sender(INVITE),
    "password.forgotten": _sender(LETTER),
}
