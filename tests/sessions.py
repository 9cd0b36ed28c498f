"""Browsers of people who are logged in, and what their apps show."""

import time

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpRequest
from django.test import Client

from partners.organisations.models import User

PERIOD = 30  # seconds for which an app shows a code


def fresh_client(user: User) -> Client:
    """A browser in which this person is logged in and gave their second factor just now."""
    client = Client()
    client.force_login(user)
    freshen(client, user)
    return client


def freshen(client: Client, user: User) -> None:
    """Have the second factor been given just now, in the session of a browser that is logged in."""
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, "mfa", type="totp")
    request.session.save()


def code_of(secret: str, *, later: int = 0) -> str:
    """What an app with this secret shows now, or so many codes later."""
    counter = int(time.time()) // PERIOD + later
    return format_hotp_value(hotp_value(secret.replace(" ", ""), counter))
