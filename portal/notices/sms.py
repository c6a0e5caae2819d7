"""Sending an SMS: one port, three adapters chosen by SMS_BACKEND (console, file, http)."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils import timezone


class NotSent(Exception):
    """The gateway did not take the message; the outbox tries again. Says nothing of the number or the text."""


def send(phone: str, text: str, *, reference: str) -> None:
    """Send one message. `reference` is the sender's own id: gateways use it to drop a repeat.

    Raises NotSent when the gateway is away or refuses.
    """
    _ADAPTERS[settings.SMS_BACKEND](phone, text, reference)


def _console(phone: str, text: str, reference: str) -> None:
    sys.stdout.write(f"[SMS {reference}] {_shown(phone)} {text}\n")


def _file(phone: str, text: str, reference: str) -> None:
    """One JSON line a message in DATA_DIR/log/sms.log, for demos. The number is shortened: it is a log."""
    path = Path(settings.DATA_DIR) / "log" / "sms.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    line = {
        "at": timezone.now().isoformat(),
        "to": _shown(phone),
        "text": text,
        "reference": reference,
    }
    with path.open("a", encoding="utf-8") as out:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")


def _http(phone: str, text: str, reference: str) -> None:
    """A generic gateway: POST JSON {phone, text, reference} with a bearer token; any 2xx is taken as accepted."""
    body = json.dumps(
        {"phone": phone, "text": text, "reference": reference}, ensure_ascii=False
    ).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": reference}
    if settings.SMS_GATEWAY_TOKEN:
        headers["Authorization"] = f"Bearer {settings.SMS_GATEWAY_TOKEN}"
    request = urllib.request.Request(
        settings.SMS_GATEWAY_URL, data=body, headers=headers, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read(1024)
    except urllib.error.HTTPError as error:
        raise NotSent(f"gateway answered {error.code}") from None
    except OSError as error:
        raise NotSent(f"gateway away: {type(error).__name__}") from None


def _shown(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) == 11 else "****"


_ADAPTERS: dict[str, Callable[[str, str, str], None]] = {
    "console": _console,
    "file": _file,
    "http": _http,
}
BACKENDS = tuple(_ADAPTERS)
