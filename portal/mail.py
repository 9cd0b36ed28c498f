"""Letters: a link into the portal and nothing that would have to be called back, handed to the mail server."""

from smtplib import SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

RETRY_WAIT = 30  # seconds until a mail server that did not answer is tried again, then twice that


def has_server() -> bool:
    """Whether letters reach anybody; else they are laid as files into the home."""
    return bool(settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend")


def letter(address: str, subject: str, body: str, *, number: str) -> EmailMessage:
    """A letter. `number` is the same for each try at it, so that a mailbox can tell that it has it already."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {"Message-ID": f"<{number}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject=subject, body=body, to=[address], headers=headers)


def deliver(message: EmailMessage) -> bool:
    """Hand a letter to the mail server; False where it will never take it.

    Raises
    ------
    OSError, smtplib.SMTPException
        Where it may take it later.
    """
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        if all(code >= 500 for code, _ in refused.recipients.values()):  # a lasting refusal (RFC 5321, 4.2.1)
            return False
        raise
    return True
