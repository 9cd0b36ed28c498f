"""An invented channel whose truth is known: files as distributors send them, and what really happened."""
