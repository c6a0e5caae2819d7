"""Passkeys for one's own page: registered while signed in with the phone, used instead of a code afterwards.

The device proves a person by finger, face or PIN; we hold the public half. Source: W3C Web Authentication, sections 7.1
and 7.2, done by the fido2 library; what it leaves to us stands here: one use a challenge, the counter, the user handle.
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from suggestions import rules
from suggestions.errors import DomainError, Invalid
from suggestions.models import Passkey, Resident
from suggestions.services import residents
from suggestions.services.residents import SignedIn

SECONDS = 300
MOST = 10
NAME_MAX = 30
_SALT = "suggestions.passkeys"
_LONGEST = 20_000
# The library tells every credential by its id at INFO; an id of a person's device is nothing for a log.
logging.getLogger("fido2").setLevel(logging.WARNING)


def _server() -> Fido2Server:
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return Fido2Server(
        PublicKeyCredentialRpEntity(name=settings.SITE_NAME, id=host), verify_origin=_is_ours
    )


def _is_ours(origin: str) -> bool:
    parts = urlsplit(settings.BASE_URL)
    return origin == f"{parts.scheme}://{parts.netloc}"


def _state(held: Mapping[str, Any], purpose: str) -> str:
    return signing.dumps(dict(held), salt=f"{_SALT}.{purpose}")


def _opened(state: str, purpose: str) -> dict[str, Any]:
    """What a begun exchange held. Raises DomainError when it is forged, too old or was used before."""
    late = DomainError(_("这一步放得太久了，请刷新页面再试一次。"))
    try:
        held = signing.loads(state[:2000], salt=f"{_SALT}.{purpose}", max_age=SECONDS)
        challenge = str(held["challenge"])
    except (signing.BadSignature, KeyError, TypeError):
        raise late from None
    if not cache.add(f"passkey:{challenge}", 1, SECONDS + 60):
        raise late
    return dict(held)


def _answer(text: str) -> dict[str, Any]:
    try:
        held = json.loads(text) if len(text) <= _LONGEST else None
    except ValueError:
        held = None
    if not isinstance(held, dict):
        raise _refused()
    return held


def _refused() -> DomainError:
    return DomainError(_("这台设备的通行密钥没有通过验证。请再试一次，或者用手机验证码登录。"))


def begin_adding(*, resident: Resident) -> tuple[dict[str, Any], str]:
    """(options for navigator.credentials.create(), state to send back). Devices that hold one already are told so."""
    known = [AttestedCredentialData(bytes(k.public_data)) for k in resident.passkeys.all()]
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(
            # The name shows in the device's own list; the number stays half hidden there too.
            name=resident.phone_shown, display_name=resident.phone_shown, id=resident.handle.encode(),
        ),
        known,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return _plain(dict(options)["publicKey"]), _state({**state, "for": resident.handle}, "add")


def add(*, resident: Resident, state: str, answer: str, name: str, at: datetime) -> Passkey:
    """Keep a new passkey. Raises DomainError (not verified, too many, held already), Invalid (name)."""
    name = rules.clean_text(name, multiline=False) or _("我的设备")
    if len(name) > NAME_MAX:
        raise Invalid({"name": [_("名字最多%(most)s个字。") % {"most": NAME_MAX}]})
    held = _opened(state, "add")
    if held.get("for") != resident.handle:
        raise _refused()
    if resident.passkeys.count() >= MOST:
        raise DomainError(_("最多存%(most)s个通行密钥，请先删去不用的。") % {"most": MOST})
    try:
        made = _server().register_complete(held, _answer(answer))
    except DomainError:
        raise
    except Exception:
        # Whatever a stranger sends: the library raises many kinds of errors on malformed bytes.
        raise _refused() from None
    data = made.credential_data
    assert data is not None
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                resident=resident, credential_id=websafe_encode(data.credential_id), public_data=bytes(data),
                sign_count=made.counter, name=name, created_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise DomainError(_("这个通行密钥已经存过了。")) from None


def begin_sign_in() -> tuple[dict[str, Any], str]:
    """(options for navigator.credentials.get(), state). Names no credential: the device shows the ones it has for us."""
    options, state = _server().authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED
    )
    return _plain(dict(options)["publicKey"]), _state(state, "use")


def sign_in(*, state: str, answer: str, is_own_device: bool, at: datetime) -> SignedIn:
    """Sign in with a passkey. Raises DomainError in the same words for an unknown and for a wrong one."""
    held, said = _opened(state, "use"), _answer(answer)
    try:
        parsed = AuthenticationResponse.from_dict(said)
        key = (
            Passkey.objects.select_related("resident")
            .filter(credential_id=websafe_encode(parsed.raw_id))
            .first()
        )
        if key is None:
            raise _refused()
        _server().authenticate_complete(
            held, [AttestedCredentialData(bytes(key.public_data))], parsed
        )
        counter = parsed.response.authenticator_data.counter
        user = parsed.response.user_handle
    except DomainError:
        raise
    except Exception:
        raise _refused() from None
    if user and bytes(user) != key.resident.handle.encode():
        raise _refused()
    # A counter that stands still is a copy of the device's secret (7.2, step 22); zero means it does not count.
    if (counter or key.sign_count) and counter <= key.sign_count:
        raise _refused()
    with transaction.atomic():
        Passkey.objects.filter(pk=key.pk).update(sign_count=counter, used_at=at)
        return residents.start(resident=key.resident, is_own_device=is_own_device, at=at)


def remove(*, resident: Resident, pk: int) -> None:
    """Forget a passkey; one that is gone already is nothing to do."""
    resident.passkeys.filter(pk=pk).delete()


def _plain(held: Any) -> Any:
    """Options as JSON, with bytes as base64url, the way the browser script reads them."""
    if isinstance(held, bytes):
        return websafe_encode(held)
    if isinstance(held, Mapping):
        return {str(k): _plain(v) for k, v in held.items() if v is not None}
    if isinstance(held, list | tuple):
        return [_plain(v) for v in held]
    return getattr(held, "value", held)
