"""Tests: fast hashing, memory e-mail, fixed keys. Services come by the same variables as in production."""

import atexit
import os
import shutil
import tempfile
from urllib.parse import urlsplit

# Before base reads it: everything a test run writes (broker, index, files) goes into a folder of its own.
_folder = tempfile.mkdtemp(prefix="jianyan-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["DATA_DIR"] = _folder
# Test processes that share one Elasticsearch must not share an index.
os.environ["SEARCH_INDEX_PREFIX"] = os.path.basename(_folder)

# Nor a Redis database: one process empties the cache between its tests.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
if _worker.isdecimal() and os.environ.get("REDIS_URL"):
    _address = urlsplit(os.environ["REDIS_URL"])
    os.environ["REDIS_URL"] = _address._replace(path=f"/{int(_worker) + 1}").geturl()

from portal.settings.base import *
from portal.settings.base import ATTACHMENT_ROOT, STATIC_ROOT, STORAGES

SECRET_KEY = "test-only"
FIELD_KEYS = ["dGVzdC1vbmx5LWtleS10ZXN0LW9ubHkta2V5LTEyMzQ="]
HASH_KEYS = ["test-only-hash-key"]
ALLOWED_HOSTS = ["*"]
DEMO = True
# The clock moves by months within a test; tests/portal/test_idle.py sets its own.
STAFF_IDLE_MINUTES = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
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
# WhiteNoise warns about a missing folder, and a warning is an error here.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
