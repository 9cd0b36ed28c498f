"""Files that are laid into a folder: DISTRIBUTOR/MANUFACTURER/FEED/file, each name a slug or a feed's key.

What lies in ``record-when-clear`` below the feed is recorded without a person if the check has nothing to ask.
"""
