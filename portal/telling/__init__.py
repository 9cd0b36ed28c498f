"""How findings are told, on pages and on paper: words, figures, the ladder, pictures."""
