"""The login service of the fake Microsoft: who may log in, what it has handed out, and its certificate."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

CLIENT = "11111111-2222-3333-4444-555555555555"
_LIFE = timedelta(hours=1)


@dataclass
class Accounts:
    """The login service: who may log in, and what it has handed out."""

    clock: Callable[[], datetime]
    codes: dict[str, dict] = field(default_factory=dict)
    access: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    #: What a refresh token was exchanged for; it stays good until its successor is used, as Microsoft's do for longer.
    successor: dict[str, str] = field(default_factory=dict)
    refusal: dict | None = None
    pending: int = 1
    granted: str | None = None
    life: timedelta = _LIFE
    refreshed: int = 0

    def token(self, scope: str, nonce: str = "") -> dict:
        """A new pair of tokens."""
        granted = self.granted if self.granted is not None else scope
        access, refresh = f"at-{secrets.token_hex(12)}", f"rt-{secrets.token_hex(12)}"
        self.access[access] = (self.clock() + self.life, granted)
        self.refresh[refresh] = scope
        claims = {
            "iss": "x",
            "aud": CLIENT,
            "sub": "s",
            "tid": "t",
            "oid": "o",
            "preferred_username": "maya@lindqvist.example",
            "exp": int(time.time()) + 3600,
            "iat": int(time.time()),
            **({"nonce": nonce} if nonce else {}),
        }
        coded = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in ({}, claims)]
        info = base64.urlsafe_b64encode(b'{"uid":"o","utid":"t"}').rstrip(b"=").decode()
        return {
            "token_type": "Bearer",
            "scope": granted,
            "expires_in": int(self.life.total_seconds()),
            "access_token": access,
            "refresh_token": refresh,
            "id_token": f"{coded[0]}.{coded[1]}.",
            "client_info": info,
        }

    def revoke(self) -> None:
        """Everything that was handed out is good for nothing."""
        self.access.clear()
        self.refresh.clear()

    def exchange(self, token: str) -> dict | None:
        """New tokens for a refresh token; its predecessors are spent."""
        if token not in self.refresh:
            return None
        for old, new in list(self.successor.items()):
            if new == token:
                self.refresh.pop(old, None)
                del self.successor[old]
        made = self.token(self.refresh[token])
        self.successor[token] = made["refresh_token"]
        self.refreshed += 1
        return made


def certificate(folder: Path) -> None:
    """A certificate for loopback that is its own authority."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "fake Microsoft")])
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
    begin = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "microsoft-ca.pem").write_bytes(pem)
    (folder / "microsoft-cert.pem").write_bytes(pem)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "microsoft-key.pem").write_bytes(private)
