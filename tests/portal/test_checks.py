"""An unsafe production is refused with words that say what to set."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from django.conf import settings

from portal import checks

SAFE = {
    "DEBUG": False,
    "SECRET_KEY": "k9" * 30,
    "FIELD_KEYS": [Fernet.generate_key().decode()],
    "HASH_KEYS": ["h7" * 20],
    "ALLOWED_HOSTS": ["jianyan.example.gov.cn"],
    "DEMO": False,
    "BASE_URL": "https://jianyan.example.gov.cn",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
    "REDIS_URL": "redis://cache:6379/0",
    "WEB_WORKERS": 4,
    "SMS_BACKEND": "http",
}


def found(**changes: object) -> list[str | None]:
    return [m.id for m in checks.unsafe(SimpleNamespace(**{**SAFE, **changes}))]


def test_a_safe_production_raises_nothing() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "ident"),
    [
        ({"DEBUG": True}, "jianyan.E001"),
        ({"SECRET_KEY": ""}, "jianyan.E002"),
        ({"SECRET_KEY": "short"}, "jianyan.E002"),
        ({"SECRET_KEY": "django-insecure-" + "x" * 50}, "jianyan.E002"),
        ({"FIELD_KEYS": []}, "jianyan.E003"),
        ({"FIELD_KEYS": [SAFE["FIELD_KEYS"][0], "not-a-key"]}, "jianyan.E004"),  # type: ignore[index]
        ({"FIELD_KEYS": ["钥匙"]}, "jianyan.E004"),
        ({"HASH_KEYS": []}, "jianyan.E005"),
        ({"HASH_KEYS": ["tooshort"]}, "jianyan.E005"),
        ({"ALLOWED_HOSTS": []}, "jianyan.E006"),
        ({"ALLOWED_HOSTS": ["a.cn", "*"]}, "jianyan.E006"),
        ({"DEMO": True}, "jianyan.E007"),
        ({"BASE_URL": "http://jianyan.example.gov.cn"}, "jianyan.E008"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "jianyan.E009"),
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}, "jianyan.W001"),
        ({"REDIS_URL": ""}, "jianyan.W002"),
        ({"SMS_BACKEND": "file"}, "jianyan.W003"),
    ],
)
def test_each_unsafe_value_is_named(changes: dict[str, object], ident: str) -> None:
    assert found(**changes) == [ident]


def test_every_message_says_what_to_set() -> None:
    bare = {
        **SAFE, "DEBUG": True, "SECRET_KEY": "", "FIELD_KEYS": [], "HASH_KEYS": [], "ALLOWED_HOSTS": [],
        "DEMO": True, "BASE_URL": "", "EMAIL_BACKEND": "console", "REDIS_URL": "", "SMS_BACKEND": "file",
    }  # fmt: skip
    messages = checks.unsafe(SimpleNamespace(**bare))
    assert len(messages) == 10
    assert all(m.hint for m in messages)


def test_an_unreadable_limit_or_network_is_refused_everywhere() -> None:
    conf = SimpleNamespace(RATE_LIMITS={"submit": "many"}, METRICS_ALLOWED=["home"])
    assert [m.id for m in checks.misread(conf)] == ["jianyan.E020", "jianyan.E021"]


def test_the_shipped_limits_and_networks_are_readable() -> None:
    assert checks.misread(settings) == []


def _production(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "DATA_DIR": str(settings.DATA_DIR),
        **environment,
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )


GOOD = {
    "SECRET_KEY": str(SAFE["SECRET_KEY"]),
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "HASH_KEYS": "h7" * 20,
    "ALLOWED_HOSTS": "jianyan.example.gov.cn",
    "BASE_URL": "https://jianyan.example.gov.cn",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
}


def test_the_web_process_of_a_bare_production_refuses_to_start_with_all_reasons() -> None:
    done = _production("-c", "import portal.wsgi", SECRET_KEY="x")
    assert done.returncode != 0
    assert "拒绝启动" in done.stderr
    for name in ("SECRET_KEY", "FIELD_KEYS", "HASH_KEYS", "ALLOWED_HOSTS", "EMAIL_BACKEND"):
        assert name in done.stderr


def test_a_complete_production_passes_the_checks_and_serves() -> None:
    done = _production("-c", "import portal.wsgi; print('up')", **GOOD)
    assert done.stdout.strip().endswith("up"), done.stderr


def test_a_missing_secret_file_is_said_in_words() -> None:
    done = _production("manage.py", "check", **{**GOOD, "SECRET_KEY_FILE": "/nonexistent/key"})
    assert done.returncode != 0
    assert "SECRET_KEY_FILE" in done.stderr
