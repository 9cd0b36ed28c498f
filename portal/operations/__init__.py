"""What an installation's keepers see: health, figures, a line for what was asked and done; nobody's data."""
