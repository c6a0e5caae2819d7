"""The same texts as a plain Wagtail site would keep them: one model, indexed by Wagtail's own backend."""

from django.db import models
from wagtail.search import index


class Text(index.Indexed, models.Model):
    """One document of the site's own search, without its analysis."""

    key = models.CharField(max_length=200, unique=True)
    title = models.TextField()
    body = models.TextField()
    date = models.DateTimeField()

    search_fields = [index.SearchField("title", boost=4), index.SearchField("body")]

    def __str__(self) -> str:
        return self.title
