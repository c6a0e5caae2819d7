"""`make run` and a developer's machine: embedded services, secrets made on first use under DATA_DIR."""

from portal.settings.base import *
from portal.settings.base import ALLOWED_HOSTS, DATA_DIR, FIELD_KEYS, HASH_KEYS, SECRET_KEY
from portal.secrets import local_secrets

DEBUG = False
DEMO = True
_made = local_secrets(DATA_DIR / "secrets.json")
SECRET_KEY = SECRET_KEY or _made["secret_key"]
FIELD_KEYS = FIELD_KEYS or [_made["field_key"]]
HASH_KEYS = HASH_KEYS or [_made["hash_key"]]
# A demo is looked at from the same machine or the same room; production names its hosts.
ALLOWED_HOSTS = ALLOWED_HOSTS or ["*"]
