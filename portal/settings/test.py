"""Tests: fast hashing, memory e-mail, fixed keys. Services come by the same variables as in production."""

import tempfile
from pathlib import Path

from portal.settings.base import *
from portal.settings.base import STORAGES

DATA_DIR = Path(tempfile.mkdtemp(prefix="jianyan-test-"))
SECRET_KEY = "test-only"
FIELD_KEYS = ["dGVzdC1vbmx5LWtleS10ZXN0LW9ubHkta2V5LTEyMzQ="]
HASH_KEYS = ["test-only-hash-key"]
ALLOWED_HOSTS = ["*"]
DEMO = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = DATA_DIR / "media"
ATTACHMENT_ROOT = DATA_DIR / "attachments"
SEARCH_SQLITE_PATH = str(DATA_DIR / "search.sqlite3")
STORAGES = {
    **STORAGES,
    "attachments": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(ATTACHMENT_ROOT), "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The captcha's work is real but small, so that a test suite does not mine for minutes.
ALTCHA_COST = 200
