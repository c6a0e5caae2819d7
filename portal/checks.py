"""System checks that refuse an unsafe production. Each message names the variable to set.

They look at settings only and run in every `manage.py` command when the settings module is production;
the web and worker processes, which run no system checks by themselves, call `refuse_unsafe()`.
"""

import ipaddress
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from limits import parse_many

_WEAK = ("django-insecure", "change-me", "changeme", "test-only", "secret")


def _valid_fernet(key: str) -> bool:
    try:
        Fernet(key.encode())
    except (ValueError, TypeError):
        return False
    return True


def unsafe(conf: Any) -> list[CheckMessage]:
    """Everything in `conf` (a settings object) that a public site must not run with. Errors refuse to start."""
    found: list[CheckMessage] = []

    def error(number: int, message: str, hint: str) -> None:
        found.append(Error(message, hint=hint, id=f"jianyan.E{number:03}"))

    def warning(number: int, message: str, hint: str) -> None:
        found.append(Warning(message, hint=hint, id=f"jianyan.W{number:03}"))

    if conf.DEBUG:
        error(
            1, "生产环境不能打开 DEBUG。", "去掉环境变量 DEBUG，或使用 portal.settings.production。"
        )
    key = str(conf.SECRET_KEY or "")
    if len(key) < 40 or key.lower().startswith(_WEAK):
        error(
            2,
            "SECRET_KEY 为空、过短或是示例值。",
            "设置 SECRET_KEY（或 SECRET_KEY_FILE）为至少 40 个随机字符，例如 openssl rand -base64 48 的输出。",
        )
    if not conf.FIELD_KEYS:
        error(
            3,
            "没有设置 FIELD_KEYS，联系方式无法加密保存。",
            "设置 FIELD_KEYS（或 FIELD_KEYS_FILE）为一个或多个 Fernet 密钥，用逗号分隔，新密钥在前。",
        )
    elif not all(_valid_fernet(k) for k in conf.FIELD_KEYS):
        error(
            4,
            "FIELD_KEYS 中有一项不是有效的 Fernet 密钥。",
            "每个密钥是 32 字节的 urlsafe base64，共 44 个字符；请检查是否截断或多了引号。",
        )
    if not conf.HASH_KEYS or any(len(k) < 32 for k in conf.HASH_KEYS):
        error(
            5,
            "HASH_KEYS 没有设置，或其中一项短于 32 个字符。",
            "设置 HASH_KEYS（或 HASH_KEYS_FILE）为一个或多个至少 32 个随机字符的密钥，用逗号分隔，新密钥在前。",
        )
    if not conf.ALLOWED_HOSTS or any(h in ("*", ".") for h in conf.ALLOWED_HOSTS):
        error(
            6,
            "ALLOWED_HOSTS 为空或含有“*”。",
            "设置 ALLOWED_HOSTS 为本站的域名，用逗号分隔，例如 jianyan.example.gov.cn。",
        )
    if conf.DEMO:
        error(
            7,
            "生产环境打开了 DEMO，演示帐号的密码是公开的。",
            "去掉环境变量 DEMO；演示请用 make run。",
        )
    if not conf.BASE_URL.startswith("https://"):
        error(
            8,
            "BASE_URL 不是 https 地址，回执和短信里的链接会失效或不安全。",
            "设置 BASE_URL 为居民访问的完整地址，例如 https://jianyan.example.gov.cn。",
        )
    if "console" in conf.EMAIL_BACKEND or "locmem" in conf.EMAIL_BACKEND:
        error(
            9,
            "EMAIL_BACKEND 不会真正发出邮件。",
            "设置 EMAIL_BACKEND=django.core.mail.backends.smtp.EmailBackend 和 EMAIL_HOST；"
            "确实不发邮件时设为 django.core.mail.backends.dummy.EmailBackend。",
        )
    workers = int(getattr(conf, "WEB_WORKERS", 1))
    if "sqlite" in str(conf.DATABASES["default"]["ENGINE"]) and workers > 1:
        warning(
            1,
            "SQLite 与多个网页进程一起使用，写入会互相等待。",
            "设置 DATABASE_URL 为 PostgreSQL 地址，或把 WEB_WORKERS 设为 1。",
        )
    if not conf.REDIS_URL and workers > 1:
        warning(
            2,
            "没有 REDIS_URL，每个网页进程各自计算访问频率和缓存。",
            "设置 REDIS_URL，频率限制才对所有进程一并生效。",
        )
    if conf.SMS_BACKEND in ("console", "file"):
        warning(
            3,
            "短信只写入文件，居民收不到。",
            "设置 SMS_BACKEND=http、SMS_GATEWAY_URL 和 SMS_GATEWAY_TOKEN；不发短信时可忽略。",
        )
    return found


def misread(conf: Any) -> list[CheckMessage]:
    """Values that are wrong anywhere, not only in production: a limit or a network nobody can read."""
    found: list[CheckMessage] = []
    for name, text in conf.RATE_LIMITS.items():
        try:
            parse_many(text)
        except ValueError:
            found.append(
                Error(
                    f"访问频率 RATE_{name.upper()} 的值无法识别。",
                    hint="写成“次数/时长”，例如 20/hour、10/10minutes。",
                    id="jianyan.E020",
                )
            )
    for entry in conf.METRICS_ALLOWED:
        try:
            ipaddress.ip_network(entry, strict=False)
        except ValueError:
            found.append(
                Error(
                    "METRICS_ALLOWED 中有一项不是网络地址。",
                    hint="写成地址或网段，用逗号分隔，例如 127.0.0.1,10.0.0.0/8。",
                    id="jianyan.E021",
                )
            )
    return found


def in_production() -> bool:
    return str(settings.SETTINGS_MODULE).endswith(".production")


@register()
def check_production(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return unsafe(settings) if in_production() else []


@register()
def check_values(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return misread(settings)


def refuse_unsafe() -> None:
    """Stop a web or worker process of an unsafe production, with every reason in one message.

    Raises ImproperlyConfigured.
    """
    errors = [m for m in unsafe(settings) if m.level >= 40] if in_production() else []
    if errors:
        reasons = "\n".join(f"- {m.msg}{m.hint}（{m.id}）" for m in errors)
        raise ImproperlyConfigured(f"配置不安全，拒绝启动：\n{reasons}")
