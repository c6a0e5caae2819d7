"""`{{ page|said:"title" }}`: an editor's words in the language of the page (cms/english.py)."""

from django import template

from cms import english

register = template.Library()
register.filter("said", english.said)
