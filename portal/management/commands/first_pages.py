"""`manage.py first_pages`: home, its lists, and drafts of the help pages. Safe to repeat; touches nothing that is there."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.prepare import pages


class Command(BaseCommand):
    help = "Make the pages a new site begins with."

    def handle(self, *args: Any, **options: Any) -> None:
        pages(self.stdout.write)
