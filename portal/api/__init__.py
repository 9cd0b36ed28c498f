"""The REST interface for partner systems."""
