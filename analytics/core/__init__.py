"""What the record means, as pure functions: frames in, frames out.

Nothing here reads a database, a clock or settings, and nothing here imports Django.
"""
