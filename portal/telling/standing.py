"""How an account stands, in a sentence, and what else is known of it: the head of its page and of its report."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.core.findings import NEEDS_LINES
from analytics.runs.models import Standing
from analytics.runs.pictures import AccountPicture
from portal.telling.sentences import Sentence
from portal.telling.wording import basis, confidence, days, money, month, short_number, spelled_within


def stands(picture: AccountPicture, name: str) -> str:
    """The finding about an account: 'Łódź Tools should have ordered 19 days ago'."""
    standing, down = picture.standing, len(picture.lit)
    if standing is None:
        return name
    if standing.judgement == "late":
        text = _("%(name)s should have ordered %(late)s ago")
        return text % {"name": name, "late": days(standing.days_late)}
    if standing.judgement == "lapsed":
        text = _("%(name)s has lapsed: %(gap)s without an order")
        return text % {"name": name, "gap": days(standing.present_gap)}
    if down:
        pattern = ngettext("%(name)s is %(spelled)s step down", "%(name)s is %(spelled)s steps down", down)
        return pattern % {"name": name, "spelled": spelled_within(down)}
    return _in_order(standing, name)


def beside(picture: AccountPicture) -> list[Sentence]:
    """What is told beside the finding: further steps, what is at stake, how sure it is, how long the record is."""
    standing = picture.standing
    if standing is None:
        return []
    pattern = ngettext(
        "%(orders)s order since %(since)s", "%(orders)s orders since %(since)s", standing.orders
    )
    record = pattern % {"orders": short_number(standing.orders), "since": month(standing.first_month)}
    return [*_further_down(picture), *_at_stake(picture), Sentence(record)]


def _in_order(standing: Standing, name: str) -> str:
    if standing.judgement == "on time":
        return _("%(name)s is in its rhythm of %(gap)s") % {"name": name, "gap": days(standing.usual_gap)}
    if standing.judgement == NEEDS_LINES:
        text = _("%(name)s last bought in %(month)s")
        return text % {"name": name, "month": month(standing.last_month)}
    pattern = ngettext(
        "%(name)s has too short a record to judge: %(orders)s order",
        "%(name)s has too short a record to judge: %(orders)s orders",
        standing.orders,
    )
    return pattern % {"name": name, "orders": short_number(standing.orders)}


def _further_down(picture: AccountPicture) -> list[Sentence]:
    down = len(picture.lit)
    if not down or picture.finding is None:
        return []
    pattern = ngettext(
        "It is also %(spelled)s step down the ladder", "It is also %(spelled)s steps down the ladder", down
    )
    return [Sentence(pattern % {"spelled": spelled_within(down)})]


def _at_stake(picture: AccountPicture) -> list[Sentence]:
    if picture.finding is None:
        return []
    sure = _("confidence %(confidence)s") % {"confidence": confidence(picture.finding.confidence)}
    if picture.stake:
        amount = money(picture.stake.money)
        text = _("%(amount)s at stake (%(basis)s)") % {"amount": amount, "basis": basis(picture.stake.basis)}
        return [Sentence(text, amount), Sentence(sure)]
    if picture.standing and picture.standing.units_at_stake:
        units = short_number(picture.standing.units_at_stake)
        text = _("about %(units)s units at stake") % {"units": units}
        return [Sentence(text, units), Sentence(sure)]
    return [Sentence(sure)]
