"""Sentences of `portal.telling`, with their figures in bold."""

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from portal.telling.sentences import Sentence

register = template.Library()


@register.filter
def emphasised(sentence: Sentence) -> SafeString:
    """The sentence with its figure in bold."""
    before, figure, after = sentence.in_parts
    return format_html("{}<b>{}</b>{}", before, figure, after) if figure else escape(before)
