"""The site: settings, addresses, sign-in, notices, health. Celery's app is made with it so that tasks bind."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
