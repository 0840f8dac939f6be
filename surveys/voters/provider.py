"""The adapter to the service that tells one person from another: OpenID Connect, codes with PKCE.

The only module that speaks to it. May import Authlib, joserfc, the ground's settings and errors. Of the
service's token it reads the person's identifier and, where the settings name one, the claim of a unit; it
keeps and logs nothing of either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import requests
from authlib.common.security import generate_token, is_secure_transport
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from flask_babel import lazy_gettext as _l
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from core.errors import AuylError, Forbidden, Unavailable
from core.settings import Settings, SignInService

#: Signatures that only the service can make; those with a shared secret are left out on purpose.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LEEWAY = 60
TIMEOUT = 8
REMEMBERED = timedelta(hours=1)
LONGEST_SUBJECT = 255
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that begins: where to send the browser, and what must come back with it."""

    address: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who came back: an identifier that is the service's own, and the KATO code of a unit if it gives one."""

    issuer: str
    subject: str
    unit: str | None


class Provider:
    """The service of one installation; remembers its public description for an hour."""

    def __init__(self, service: SignInService, *, return_address: str) -> None:
        self._service, self._return_address = service, return_address
        self._known: dict[str, object] = {}
        self._known_until: datetime | None = None

    def fault(self, *, now: datetime) -> AuylError | None:
        """Why nobody can sign in now; None when the service answers and describes itself rightly."""
        try:
            self._forget()
            self._description(now)
        except Unavailable as fault:
            return fault
        return None

    def begin(self, *, state: str, language: str, now: datetime) -> SignIn:
        """Begin a sign-in: the service asks who one is even if somebody is signed in on this phone.

        :param state: what the service gives back with its answer; nobody must be able to guess it.
        :raises Unavailable: when the service does not answer.
        """
        verifier, nonce = generate_token(64), generate_token(32)
        address, _state = self._client().create_authorization_url(
            self._description(now)["authorization_endpoint"], state=state, nonce=nonce,
            code_verifier=verifier, prompt="login", ui_locales=language,
        )  # fmt: skip
        return SignIn(address, nonce, verifier)

    def finish(self, *, code: str, nonce: str, verifier: str, now: datetime) -> Person:
        """Who signed in, from the code that came back.

        :raises Unavailable: when the service does not answer.
        :raises Forbidden: when it refuses the code, or its token does not hold: another's signature, issuer,
            recipient or nonce, or a time that is past.
        """
        description = self._description(now)
        with self._plainly():
            answer = self._client().fetch_token(
                description["token_endpoint"], code=code, code_verifier=verifier,
                grant_type="authorization_code",
            )  # fmt: skip
            claims = self._claims(answer, description, nonce, now)
        subject, unit = claims["sub"], claims.get(self._service.unit_claim or "")
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise self._refused()
        return Person(self._service.issuer, subject, self._unit(unit))

    def _claims(
        self, answer: Mapping[str, object], description: Mapping[str, object], nonce: str, now: datetime
    ) -> CodeIDToken:
        """The token's claims, each checked."""
        keys = KeySet.import_key_set(self._read(str(description["jwks_uri"])))
        token = jwt.decode(str(answer.get("id_token", "")), keys, algorithms=ALGORITHMS)
        wanted = {
            "iss": {"essential": True, "value": description["issuer"]},
            "aud": {"essential": True, "value": self._service.client_id},
        }
        known = {
            "nonce": nonce, "client_id": self._service.client_id, "access_token": answer.get("access_token"),
        }  # fmt: skip
        claims = CodeIDToken(token.claims, token.header, wanted, known)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        return claims

    def _unit(self, claim: object) -> str | None:
        """The KATO code that a token gives, as text or as a number; None where it gives none.

        What is neither is refused: left out, it would let its person answer for any unit.
        """
        if claim is None or claim == "":
            return None
        if isinstance(claim, bool) or not isinstance(claim, (str, int)):
            raise self._refused()
        return str(claim)

    def _client(self) -> OAuth2Session:
        return OAuth2Session(
            self._service.client_id, self._service.client_secret, scope="openid",
            redirect_uri=self._return_address, code_challenge_method="S256", default_timeout=TIMEOUT,
        )  # fmt: skip

    def _description(self, now: datetime) -> Mapping[str, object]:
        """What the service says of itself, under the issuer's own address."""
        if self._known_until is None or now > self._known_until:
            with self._plainly():
                found = self._read(f"{self._service.issuer}/.well-known/openid-configuration")
                if found["issuer"].rstrip("/") != self._service.issuer:
                    raise self._unavailable()
                if not all(is_secure_transport(found[name]) for name in _NEEDED):
                    raise self._unavailable()
            self._known, self._known_until = found, now + REMEMBERED
        return self._known

    def _forget(self) -> None:
        self._known_until = None

    def _read(self, address: str) -> dict[str, object]:
        answer = requests.get(address, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
        if not isinstance(found, dict):
            raise ValueError("not an object")
        return found

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turn what the libraries raise into two sentences, which tell nothing of what was in a token."""
        try:
            yield
        except (OAuthError, JoseError):
            raise self._refused() from None
        except (requests.RequestException, ValueError, KeyError, AttributeError, TypeError):
            raise self._unavailable() from None

    def _refused(self) -> Forbidden:
        return Forbidden(
            _l("What came back from “%(name)s” could not be accepted. Nothing was sent. Please begin again.",
               name=self._service.name)
        )  # fmt: skip

    def _unavailable(self) -> Unavailable:
        return Unavailable(
            _l("The service “%(name)s” does not answer now. Nothing was sent. Please try again in a few "
               "minutes.", name=self._service.name)
        )  # fmt: skip


@lru_cache(maxsize=4)
def _provider(service: SignInService, return_address: str) -> Provider:
    return Provider(service, return_address=return_address)


def provider_of(settings: Settings) -> Provider | None:
    """The service of an installation, one object a process; None where none is set."""
    if settings.sign_in is None:
        return None
    return _provider(settings.sign_in, f"{settings.public_url}/verify/return")
