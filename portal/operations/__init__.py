"""How an installation is watched: health, metrics, request ids."""
