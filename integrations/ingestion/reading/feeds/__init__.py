"""The feeds that a distributor may send, each declared once, in the order in which they are offered."""

from integrations.ingestion.reading.feeds.accounts import ACCOUNTS
from integrations.ingestion.reading.feeds.cases import CASES
from integrations.ingestion.reading.feeds.cross_reference import CROSS_REFERENCE
from integrations.ingestion.reading.feeds.orders import ORDERS
from integrations.ingestion.reading.feeds.payments import PAYMENTS
from integrations.ingestion.reading.feeds.prices import PRICES
from integrations.ingestion.reading.feeds.returns import RETURNS
from integrations.ingestion.reading.feeds.sell_through import SELL_THROUGH
from integrations.ingestion.reading.feeds.stock import STOCK
from integrations.ingestion.reading.feeds.targets import TARGETS
from integrations.ingestion.reading.feeds.touch_points import TOUCH_POINTS
from integrations.ingestion.reading.fields import Feed

FEEDS: dict[str, Feed] = {
    feed.key: feed
    for feed in (
        SELL_THROUGH,
        ORDERS,
        STOCK,
        PAYMENTS,
        RETURNS,
        CASES,
        TOUCH_POINTS,
        ACCOUNTS,
        CROSS_REFERENCE,
        PRICES,
        TARGETS,
    )
}
