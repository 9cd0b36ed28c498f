"""manage.py load_catalogue FILE --manufacturer SLUG"""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from partners.catalogue.services import CatalogueError, load_catalogue
from partners.organisations.models import OrganisationKind
from partners.organisations.setup import SetupError, settle_administrator, settle_organisation
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as


class Command(ReportingCommand):
    """Loads a manufacturer's products, matched by SKU."""

    help = "Load a catalogue (CSV, UTF-8) for a manufacturer, founding it when nobody has the slug."
    faults = (SetupError, CatalogueError, OSError, UnicodeDecodeError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--manufacturer", required=True, metavar="SLUG")
        parser.add_argument("--currency", default="USD", help="of list prices and costs, default USD")

    def run(self, *, file: Path, manufacturer: str, currency: str, **_: Any) -> dict[str, Any]:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            manufacturer_id = settle_organisation(manufacturer, OrganisationKind.MANUFACTURER)
            with acting_as(settle_administrator(manufacturer_id)):
                return {"manufacturer": manufacturer, "products": load_catalogue(lines, currency)}
