"""Ways by which files come in by themselves: one folder for each kind of source, all alike.

A kind has a ``fetching`` module. It finds files where they lie, tells which partnership and feed each is for, hands its
bytes to ``ingestion.receiving.receive_file_once`` under a source of its own, and puts the file away with an answer from
``answering``. It does so again after a failure, and never writes to the ledger: what is checked and recorded is the
workers' business.
"""
