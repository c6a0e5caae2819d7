"""A device with passkeys, written from the WebAuthn specification: keys, counters and signatures are real."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.utils import websafe_decode, websafe_encode

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Device:
    """Makes and uses passkeys for one origin, as a telephone does after a finger was laid on it."""

    origin: str
    verified: bool = True
    keys: dict[bytes, tuple[ec.EllipticCurvePrivateKey, bytes]] = field(default_factory=dict)
    counter: int = 0

    def create(self, options: dict[str, Any]) -> str:
        """navigator.credentials.create(): the answer as the site's script sends it."""
        key, ident = ec.generate_private_key(ec.SECP256R1()), os.urandom(20)
        self.keys[ident] = (key, websafe_decode(options["user"]["id"]))
        point = key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        attested = bytes(16) + len(ident).to_bytes(2) + ident + cbor.encode(public)
        data = self._data(options["rp"]["id"], ATTESTED) + attested
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._said(ident, {"clientDataJSON": client, "attestationObject": made})

    def get(self, options: dict[str, Any]) -> str:
        """navigator.credentials.get() with the newest key."""
        ident, (key, user) = list(self.keys.items())[-1]
        data = self._data(options["rpId"], 0)
        client = self._client("webauthn.get", options["challenge"])
        signature = key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._said(
            ident,
            {"clientDataJSON": client, "authenticatorData": data, "signature": signature, "userHandle": user},
        )  # fmt: skip

    def _data(self, rp: str, flags: int) -> bytes:
        self.counter += 1
        flags |= USER_PRESENT | (USER_VERIFIED if self.verified else 0)
        return hashlib.sha256(rp.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _said(self, ident: bytes, response: dict[str, bytes]) -> str:
        held = {name: websafe_encode(value) for name, value in response.items()}
        name = websafe_encode(ident)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": held})
