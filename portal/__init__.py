"""Wiring, and all that a person or a client sees."""

from portal.celery import app as celery_app  # so that every process's tasks belong to this application

__all__ = ["celery_app"]
