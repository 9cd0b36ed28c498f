"""Charts from one Vega-Lite specification each: drawn by the browser on pages, by vl-convert for print.

A specification holds the rows it was given, semantic styles and the language's words and separators. Colours
are the style sheet's tokens: the page resolves them itself, in light and dark; print takes the light ones.
"""
