"""Log lines: where it failed, never with whose data."""

import logging

from pytest_django import Settings

from portal.logs import PlainFormatter


def line(message: str, *values: object, by: str = "portal") -> str:
    """How a failure that quotes a customer, caused by another, is written."""
    try:
        try:
            raise KeyError("Acme Ltd")
        except KeyError as error:
            raise ValueError("'Acme Ltd' is no number") from error
    except ValueError as error:
        details = (type(error), error, error.__traceback__)
        record = logging.LogRecord(by, logging.ERROR, __file__, 1, message, values, details)
    return PlainFormatter().format(record)


def test_an_exception_is_told_by_types_and_places() -> None:
    written = line("Import failed")
    assert "ERROR portal: Import failed" in written
    assert "builtins.ValueError" in written
    assert "builtins.KeyError" in written
    assert f"{__file__}:" in written
    assert "Acme" not in written


def test_what_celery_quotes_of_a_failed_task_is_left_out() -> None:
    context = {"name": "ingestion.check", "exc": "'Acme Ltd' is no number", "args": "('Acme Ltd',)"}
    written = line("Task %(name)s %(args)s raised: %(exc)s", context, by="celery.app.trace")
    assert "Task ingestion.check … raised: ValueError" in written
    assert "Acme" not in written


def test_where_debugging_is_on_the_words_are_shown(settings: Settings) -> None:
    settings.DEBUG = True
    assert "'Acme Ltd' is no number" in line("Import failed")
