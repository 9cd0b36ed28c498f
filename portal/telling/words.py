"""The words of the domain as people read them: for every code that a page shows, its label."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils import dates
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Words = Mapping[str, "StrPromise"]

ROLES: Words = {
    "administrator": _("administrator"),
    "sharing_officer": _("sharing officer"),
    "manager": _("manager"),
    "representative": _("representative"),
    "finance": _("finance"),
    "operations": _("operations"),
    "marketing": _("marketing"),
    "analyst": _("analyst"),
    "uploader": _("uploader"),
    "viewer": _("viewer"),
}
# The same with what each may do, for who gives them.
ROLES_DO: Words = {
    "administrator": _("Administrator: everything, people and sharing included"),
    "sharing_officer": _("Sharing officer: decides what partners see"),
    "manager": _("Manager: accounts, follow-ups, files, reports for others"),
    "representative": _("Representative: accounts and follow-ups"),
    "finance": _("Finance: accounts, follow-ups, sees files, reports for others"),
    "operations": _("Operations: accounts, follow-ups, files, catalogue, reports for others"),
    "marketing": _("Marketing: accounts and follow-ups"),
    "analyst": _("Analyst: accounts, follow-ups, new analyses"),
    "uploader": _("Uploader: sends files, sees no accounts"),
    "viewer": _("Viewer: looks, changes nothing"),
}
KINDS: Words = {
    "manufacturer": _("Manufacturer"),
    "distributor": _("Distributor"),
}
REACHES: Words = {
    "whole": _("the whole organisation"),
    "partnerships": _("some partnerships"),
    "accounts": _("some accounts"),
}
INVITATION_MAIL: Words = {
    "none": _("no letter"),
    "waiting": _("letter on its way"),
    "sent": _("letter sent"),
    "refused": _("letter refused: check the address"),
    "failed": _("letter not sent: the mail server did not answer"),
}
# What was done to a seat or to the organisation, as the record calls it.
PEOPLE_ACTIONS: Words = {
    "membership.started": _("the seat began"),
    "membership.changed": _("changed role or reach"),
    "membership.ended": _("ended the seat"),
    "membership.handed_over": _("handed over what was theirs"),
    "reach.given": _("gave something to work on"),
    "reach.taken": _("took something away"),
    "organisation.founded": _("founded the organisation"),
    "organisation.changed": _("changed"),
}
PARTICULARS: Words = {
    "name": _("name"),
    "country": _("country"),
    "time_zone": _("time zone"),
    "currency": _("currency"),
}
CATEGORIES: Words = {
    "volume": _("Volumes"),
    "price": _("Prices"),
    "identity": _("Customer names"),
    "contacts": _("Contacts"),
    "inventory": _("Stock"),
    "payments": _("Payments"),
    "service": _("Service"),
}
# What a category holds, as the columns of a file.
CATEGORY_CONTENTS: Words = {
    "volume": _("Products, units, sales and returns, with the customer's type and postcode area"),
    "price": _("List price, net amount, discount, freight and your cost"),
    "identity": _("Name, address and own number of each customer, invoice and order numbers"),
    "contacts": _("People at the customer, and your salespeople"),
    "inventory": _("Stock on hand, on order and in transit, and days out of stock"),
    "payments": _("Invoices, due and paid dates, deductions, terms and credit limits"),
    "service": _("Cases and scores"),
}
GRANULARITIES: Mapping[int, "StrPromise"] = {
    1: _("by month and postcode area"),
    2: _("by month and customer"),
    3: _("line by line"),
}
PARTNERSHIP_STATES: Words = {
    "invited": pgettext_lazy("a partnership", "invited"),
    "active": pgettext_lazy("a partnership", "active"),
    "suspended": pgettext_lazy("a partnership", "suspended"),
    "ended": pgettext_lazy("a partnership", "ended"),
    "declined": pgettext_lazy("a partnership", "declined"),
}
JUDGEMENTS: Words = {
    "on time": _("in its rhythm"),
    "late": _("should have ordered"),
    "lapsed": _("lapsed"),
    "too few orders": _("too few orders to judge"),
    "too short a history": _("too short a history to judge"),
    "needs lines": _("by month: no days to judge by"),
}
UNITS: Words = {
    "orders": pgettext_lazy("a unit of measure", "orders"),
    "units": pgettext_lazy("a unit of measure", "units"),
    "days": pgettext_lazy("a unit of measure", "days"),
    "products": pgettext_lazy("a unit of measure", "products"),
    "families": pgettext_lazy("a unit of measure", "families"),
    "money": pgettext_lazy("a unit of measure", "money"),
    "share": pgettext_lazy("a unit of measure", "share"),
}
FAMILY_STATES: Words = {
    "stopped": pgettext_lazy("a family", "stopped"),
    "new": pgettext_lazy("a family", "new"),
    "bought": pgettext_lazy("a family", "bought"),
}
LINE_KINDS: Words = {
    "sale": _("sale"),
    "return": _("return"),
    "transfer": _("transfer"),
    "sample": _("sample"),
    "correction": _("correction"),
}
SCOPES: Words = {
    "accounts:read": _("read partnerships and accounts"),
    "sales:read": _("read sell-through"),
    "signals:read": _("read signals and late orders"),
    "follow_ups:read": _("read follow-ups"),
    "follow_ups:write": _("open, change and end follow-ups"),
    "submissions:read": _("read files and their findings"),
    "submissions:write": _("send and record files"),
}
# What an owner's access log calls the things that were read.
READINGS: Words = {
    "accounts": _("the list of accounts"),
    "account": _("the page of an account"),
    "orders": _("the orders of an account"),
    "lines": _("single lines of an account"),
    "evidence": _("the evidence of a finding"),
    "families": _("the families of an account"),
    "months": _("the months of accounts"),
    "areas": _("the list of postcode areas"),
    "follow_ups": _("the follow-ups that you share"),
    "analysis": _("the lines behind its figures"),
    "submissions": _("when files came"),
    "report_file": _("the document of a report, downloaded"),
    "report_mail": _("the link to a report, mailed"),
}
AGREEMENT_EVENTS: Words = {
    "partnership.invited": _("Invited"),
    "partnership.active": _("Active"),
    "partnership.suspended": _("Suspended"),
    "partnership.ended": _("Ended for good"),
    "partnership.declined": _("Declined"),
    "partnership.renewed": _("Pseudonyms drawn anew"),
    "grant.given": _("Granted"),
    "grant.ended": _("Revoked"),
    "sharing.proposed": _("Asked for"),
    "sharing.granted": _("Question answered: granted"),
    "sharing.declined": _("Question answered: declined"),
    "sharing.withdrawn": _("Question taken back"),
}
# By what way.
VIAS: Words = {
    "page": pgettext_lazy("read", "on pages"),
    "system": pgettext_lazy("read", "by a partner system"),
    "report": pgettext_lazy("read", "for a report"),
    "machine": pgettext_lazy("read", "by its machines"),
    "support": pgettext_lazy("read", "by the keepers of this installation"),
}
PURPOSES: Mapping[int, "StrPromise"] = {
    1: _("to see which accounts slip"),
    2: _("to plan demand"),
    4: _("for benchmarks"),
    8: _("for campaigns"),
    16: _("to register deals"),
}
# What a category lets somebody see, in the middle of a sentence.
SEEN: Words = {
    "volume": pgettext_lazy("what is seen", "units"),
    "price": pgettext_lazy("what is seen", "prices, discounts and the distributor's cost"),
    "identity": pgettext_lazy("what is seen", "customer names, addresses and document numbers"),
    "contacts": pgettext_lazy("what is seen", "people at customers and salespeople"),
    "inventory": pgettext_lazy("what is seen", "stock"),
    "payments": pgettext_lazy("what is seen", "invoices and payments"),
    "service": pgettext_lazy("what is seen", "cases and scores"),
}
REPORT_STATES: Words = {
    "queued": pgettext_lazy("a report", "being written"),
    "ready": pgettext_lazy("a report", "ready"),
    "withheld": pgettext_lazy("a report", "not written"),
    "withdrawn": pgettext_lazy("a report", "withdrawn"),
    "failed": pgettext_lazy("a report", "failed"),
}
MAILS: Words = {
    "none": pgettext_lazy("a letter", "none"),
    "waiting": pgettext_lazy("a letter", "on its way"),
    "sent": pgettext_lazy("a letter", "sent"),
    "refused": pgettext_lazy("a letter", "refused by the mail server for good: check your address"),
    "failed": pgettext_lazy("a letter", "the mail server could not be had; the report is here"),
}
SCHEDULE_STATES: Words = {
    "active": pgettext_lazy("a schedule", "active"),
    "resting": pgettext_lazy("a schedule", "rests: its owner has left"),
    "ended": pgettext_lazy("a schedule", "ended"),
}
SKIPPED: Words = {
    "clock_stood": _("the clock stood still"),
    "owner_left": _("its owner has left"),
}
# What happened to a report, as the record calls it.
REPORT_ACTIONS: Words = {
    "report.asked": _("asked for"),
    "report.withheld": _("not written: no right to it"),
    "report.downloaded": _("downloaded"),
    "report.withdrawn": _("withdrawn, and its file erased"),
    "report.mail_asked": _("the link asked for by mail"),
    "report.mail_sent": _("the link sent by mail"),
    "report.mail_refused": _("the mail was refused"),
    "report.mail_none": _("no mail sent: no right to it any more"),
}
WEEKDAYS: Mapping[int, str] = dates.WEEKDAYS
LANGUAGES: Words = {"en": _("English"), "de": _("German")}
SUBMISSION_STATES: Words = {
    "received": pgettext_lazy("a file", "received"),
    "checking": pgettext_lazy("a file", "being checked"),
    "checked": pgettext_lazy("a file", "waiting for you"),
    "committing": pgettext_lazy("a file", "being recorded"),
    "committed": pgettext_lazy("a file", "recorded"),
    "refused": pgettext_lazy("a file", "not recorded"),
    "undone": pgettext_lazy("a file", "taken back"),
}
FEEDS: Words = {
    "sell_through": _("Sell-through"),
    "orders": _("Orders to the maker"),
    "stock": _("Stock"),
    "payments": _("Invoices and payments"),
    "returns": _("Returns with reasons"),
    "cases": _("Service cases and feedback"),
    "touch_points": _("Calls, visits and web"),
    "accounts": _("Customer master"),
    "cross_reference": _("Article numbers and packs"),
    "prices": _("Prices and costs"),
    "targets": _("Targets"),
}
# What each feed says, and what comes of it.
FEEDS_SAY: Words = {
    "sell_through": _(
        "What you sold on, line by line: from it come late orders, the ladder and every comparison."
    ),
    "orders": _("What you ordered of the maker, promised, shipped and delivered: fill rate and lead times."),
    "stock": _("What lay where on which day: weeks of supply, stock-outs and ageing."),
    "payments": _(
        "Invoices with the days on which they were due and paid; one that is open has no paid date."
    ),
    "returns": _(
        "What came back and why; a return that your sales hold already gets its reason, and is not counted twice."
    ),
    "cases": _("What customers asked, how soon it was answered, and how content they were."),
    "touch_points": _("Who was called or visited, when, and what customers did on the web."),
    "accounts": _(
        "Who your customers are and on what terms they buy. Columns that no field is for are kept by their headings."
    ),
    "cross_reference": _(
        "Your own article numbers for the maker's, and how many units a pack holds. It stays with you."
    ),
    "prices": _("What a product costs you, or your customers, from a day on."),
    "targets": _("What is to be reached by month. It stays with you."),
}
REQUIREMENTS: Words = {
    "required": _("required"),
    "by_agreement": _("by agreement"),
    "optional": _("optional"),
}
VALUES: Words = {
    "text": _("text"),
    "date": _("date"),
    "decimal": _("number"),
    "integer": _("whole number"),
}
FIELDS: Words = {
    "invoice_number": _("Invoice number"),
    "line_number": _("Line number"),
    "invoice_date": _("Invoice date"),
    "promised_date": _("Promised date"),
    "ship_date": _("Ship date"),
    "account_id": _("Customer number"),
    "account_name": _("Customer name"),
    "account_type": _("Customer type"),
    "industry": _("Industry"),
    "account_street": _("Street"),
    "account_city": _("City"),
    "account_region": _("Region"),
    "account_postal_code": _("Postcode"),
    "account_country": _("Country"),
    "sku": _("Product number (SKU)"),
    "product_name": _("Product name"),
    "quantity": _("Quantity"),
    "list_price": _("List price"),
    "discount_amount": _("Discount"),
    "net_amount": _("Net amount"),
    "unit_cost": _("Unit cost"),
    "freight": _("Freight"),
    "currency": _("Currency"),
    "salesperson": _("Salesperson"),
    "promotion": _("Promotion"),
    "po_number": _("Purchase order number"),
    "order_number": _("Order number"),
    "transaction_type": _("Transaction type"),
    "return_reason": _("Return reason"),
    "unit": _("Unit"),
    "ordered_on": _("Order date"),
    "delivered_on": _("Delivered on"),
    "quantity_shipped": _("Quantity shipped"),
    "shipment_number": _("Shipment number"),
    "unit_price": _("Unit price"),
    "location": _("Location"),
    "as_of": _("As of"),
    "on_hand": _("On hand"),
    "available": _("Available"),
    "on_order": _("On order"),
    "in_transit": _("In transit"),
    "back_ordered": _("Back-ordered"),
    "stock_out_days": _("Days out of stock"),
    "due_date": _("Due date"),
    "paid_date": _("Paid date"),
    "amount": _("Amount"),
    "deduction": _("Deduction"),
    "deduction_code": _("Reason of the deduction"),
    "terms_days": _("Payment terms in days"),
    "return_number": _("Return number"),
    "return_date": _("Return date"),
    "credit_amount": _("Credit"),
    "condition": _("Condition"),
    "original_invoice": _("Original invoice"),
    "original_line": _("Line of the original invoice"),
    "case_number": _("Case number"),
    "opened_at": _("Opened on"),
    "topic": _("Topic"),
    "first_response_at": _("First answered on"),
    "resolved_at": _("Resolved on"),
    "csat": _("Satisfaction (1 to 5)"),
    "nps": _("Recommendation (0 to 10)"),
    "ces": _("Effort (1 to 7)"),
    "text": _("Comment"),
    "touched_on": _("Date of contact"),
    "channel": _("Channel"),
    "minutes": _("Minutes"),
    "contact": _("Contact person"),
    "note": _("Note"),
    "parent_account": _("Parent customer"),
    "tax_number": _("Tax or DUNS number"),
    "credit_limit": _("Credit limit"),
    "own_sku": _("Your own article number"),
    "units_per_pack": _("Units in a pack"),
    "valid_from": _("Valid from"),
    "valid_to": _("Valid to"),
    "price_kind": _("Kind of price"),
    "price": _("Price"),
    "minimum_quantity": _("From quantity"),
    "month": _("Month"),
    "measure": _("Measure"),
    "target": _("Target"),
    "family": _("Product family"),
}
MAPPED_BECAUSE: Words = {
    "plain": _("the heading is the field's own name"),
    "alias": _("a usual heading for this field"),
    "shared_alias": _("a heading that several fields go by"),
    "near": _("a heading much like a usual one"),
    "remembered": _("as accepted before"),
    "chosen": _("chosen by you"),
    "unknown": _("no field goes by this heading"),
}
FORMS: Words = {
    "point": _("decimal point (1,234.56)"),
    "comma": _("decimal comma (1.234,56)"),
    "ymd": _("year, month, day"),
    "dmy": _("day, month, year"),
    "mdy": _("month, day, year"),
    "serial": _("Excel's day numbers"),
}
FORM_BECAUSE: Words = {
    "values": _("the values show it"),
    "nothing_to_decide": _("the values leave nothing to decide"),
    "both_in_column": _("values of both kinds: the greater number decides"),
    "day_month_swapped": _("days and months look swapped, as Excel does with foreign dates"),
    "remembered": _("as accepted before"),
    "other_columns": _("as in the other columns"),
    "delimiter": _("goes with the semicolons of the file"),
    "country": _("usual in your country"),
    "decimal_comma": _("goes with the decimal commas of the file"),
    "default": _("nothing in the file decides it"),
    "chosen": _("chosen by you"),
}
DELIMITERS: Words = {
    ",": _("comma"),
    ";": _("semicolon"),
    "\t": _("tab"),
    "|": _("vertical bar"),
}
QUALITY_PARTS: Words = {
    "completeness": _("Completeness"),
    "validity": _("Validity"),
    "timeliness": _("Timeliness"),
    "uniqueness": _("Uniqueness"),
    "match": _("Products matched"),
}
QUALITY_SAYS: Words = {
    "completeness": _("cells filled of what is asked for by agreement"),
    "validity": _("rows that could be taken"),
    "timeliness": _("full within ten days of the newest row, nothing after 45"),
    "uniqueness": _("rows that were not recorded before"),
    "match": _("rows whose product is the maker's"),
}
REASONS: Words = {
    "out_of_range": _("Outside its scale"),
    "twice_in_file": _("Said twice in different ways"),
    "unknown_family": _("Family not in the catalogue"),
    "unknown_unit": _("Unknown unit"),
    "unknown_sku": _("Product not in the catalogue"),
    "unknown_sku_near": _("Product not in the catalogue, but much like one that is"),
    "differs_from_recorded": _("Recorded already, with other values"),
    "document_of_another_account": _("Document of another customer"),
    "ragged_row": _("Too many or too few cells"),
    "missing_value": _("A required value is missing"),
    "control_character": _("Unprintable characters"),
    "unreadable_character": _("Unreadable characters"),
    "text_too_long": _("Text too long"),
    "excel_error": _("An error of Excel instead of a value"),
    "scientific_notation": _("Digits lost in scientific notation"),
    "not_a_date": _("Not a date"),
    "no_such_day": _("No such day"),
    "ambiguous_date": _("Date that can be read in two ways"),
    "date_in_future": _("Date in the future"),
    "date_too_old": _("Date too long ago"),
    "not_a_number": _("Not a number"),
    "contradicting_decimal_mark": _("Decimal mark unlike the rest of the column"),
    "ambiguous_number": _("Number that can be read in two ways"),
    "too_large": _("Number too large"),
    "too_many_decimals": _("Too many decimals"),
    "not_a_whole_number": _("Not a whole number"),
    "zero_quantity": _("Quantity of zero"),
    "value_differs": _("Amount that is not price times quantity"),
    "case_or_each": _("Quantity in cases where single units were meant, or the other way round"),
    "leading_zeros": _("Known only with zeros in front"),
    "transfer_among_sales": _("Transfer to oneself among the sales"),
    "huge_line": _("Amount larger than can be meant"),
}
FOLLOW_UPS: Words = {
    "mine": _("Mine"),
    "team": _("My team's"),
    "theirs": _("Shared with us"),
}
FOLLOW_UP_STATUSES: Words = {
    "live": pgettext_lazy("follow-ups", "under way"),
    "overdue": pgettext_lazy("follow-ups", "overdue"),
    "ended": pgettext_lazy("follow-ups", "ended"),
}
FOLLOW_UP_STATES: Words = {
    "open": pgettext_lazy("a follow-up", "open"),
    "confirmed": pgettext_lazy("a follow-up", "confirmed"),
    "won": pgettext_lazy("a follow-up", "won"),
    "lost": pgettext_lazy("a follow-up", "lost"),
    "false_alarm": pgettext_lazy("a follow-up", "false alarm"),
    "project_finished": pgettext_lazy("a follow-up", "project finished"),
}
# The same, as the choices of a form.
FOLLOW_UP_STEPS: Words = {
    "open": _("Open: take it up again"),
    "confirmed": _("Confirmed: the finding is right, the work goes on"),
    "won": _("Won: they buy as they used to"),
    "lost": _("Lost: they will not come back"),
    "false_alarm": _("False alarm: nothing was wrong with them"),
    "project_finished": _("Project finished: it was to end"),
}
# What its own side did to a follow-up, as the record calls it.
FOLLOW_UP_ACTIONS: Words = {
    "follow_up.opened": _("took it up"),
    "follow_up.changed": _("changed the plan"),
    "follow_up.commented": _("wrote a comment"),
    "follow_up.state": _("said how it stands"),
    "follow_up.shared": _("shared it"),
    "follow_up.kept": _("stopped sharing it"),
}
FOLLOW_UP_FIELDS: Words = {
    "owner": _("owner"),
    "next_step": _("next step"),
    "due_on": _("due date"),
    "review_on": _("review date"),
}
# How what was found stands in the latest analysis: a step of the ladder, or the rhythm.
FINDING_STATES: Words = {
    **JUDGEMENTS,
    "raised": pgettext_lazy("a finding", "still so"),
    "normal": pgettext_lazy("a finding", "back to normal"),
    "no baseline": pgettext_lazy("a finding", "nothing to compare with"),
    "no order": pgettext_lazy("a finding", "no order to measure"),
}
