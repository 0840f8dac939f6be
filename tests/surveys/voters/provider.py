"""A small OpenID provider, built with Authlib's server side and served over HTTP on this machine.

It is real: discovery, signed tokens, PKCE, codes that work once. A test may tell it to lie in one claim, to
be down, or to refuse.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.core.models import AuthorizationCodeMixin
from flask import Flask, abort, jsonify, redirect, request
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

from core import clock

CLIENT_ID, CLIENT_SECRET = "auyl", "a secret between two"
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}, auto_kid=False)
STRANGER = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}, auto_kid=False)


@dataclass
class World:
    """Who stands at the service now, and how the service behaves."""

    subject: str = "person-1"
    unit: str | None = None
    claims: dict[str, object] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: KEY)
    refuses: bool = False
    is_down: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)


@dataclass
class GivenCode(AuthorizationCodeMixin):
    code: str
    subject: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(clock.present().timestamp())


class Client(ClientMixin):
    """The one client that is registered."""

    def __init__(self, return_address: str) -> None:
        self.return_address = return_address

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self.return_address

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.return_address

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Service:
    """The running provider."""

    issuer: str
    world: World


@contextmanager
def running(return_address: str) -> Iterator[Service]:
    """A provider on a free port, until the end of the block."""
    world = World()
    app = Flask(__name__)
    app.secret_key = "a provider's own"
    server = make_server("127.0.0.1", 0, app, threaded=True)
    service = Service(f"http://127.0.0.1:{server.server_port}", world)
    _serve(app, service, return_address)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _serve(app: Flask, service: Service, return_address: str) -> None:
    world, codes = service.world, {}

    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code: str, request) -> None:
            sent = request.payload.data
            codes[code] = GivenCode(
                code, request.user, request.payload.redirect_uri, request.payload.scope, sent["nonce"],
                sent["code_challenge"], sent["code_challenge_method"],
            )  # fmt: skip

        def query_authorization_code(self, code: str, client: Client) -> GivenCode | None:
            return codes.get(code)

        def delete_authorization_code(self, authorization_code: GivenCode) -> None:
            del codes[authorization_code.code]

        def authenticate_user(self, authorization_code: GivenCode) -> str:
            return authorization_code.subject

    class Token(OpenIDCode):
        def exists_nonce(self, nonce: str, request) -> bool:
            return False

        def resolve_client_private_key(self, client: Client) -> RSAKey:
            return world.key

        def get_encode_header(self, client: Client) -> dict[str, str]:
            return {"alg": "RS256", "kid": "first"}

        def get_client_claims(self, client: Client) -> dict[str, object]:
            now = int(clock.present().timestamp())
            return {"iss": service.issuer, "aud": [CLIENT_ID], "iat": now, "exp": now + 300}

        def generate_user_info(self, user: str, scope: str) -> UserInfo:
            # The name stands in the token to show that nobody reads it.
            known = {"sub": user, "name": "Somebody With A Name"}
            if world.unit:
                known["kato"] = world.unit
            return UserInfo(**known, **world.claims)

    server = AuthorizationServer(
        app, query_client=lambda client_id: Client(return_address) if client_id == CLIENT_ID else None,
        save_token=lambda token, request: None,
    )  # fmt: skip
    server.register_grant(CodeGrant, [Token(require_nonce=True), CodeChallenge(required=True)])

    @app.before_request
    def _down() -> None:
        if world.is_down:
            abort(503)

    @app.get("/.well-known/openid-configuration")
    def _description():
        return jsonify(
            issuer=service.issuer, authorization_endpoint=f"{service.issuer}/authorize",
            token_endpoint=f"{service.issuer}/token", jwks_uri=f"{service.issuer}/keys",
        )  # fmt: skip

    @app.get("/keys")
    def _keys():
        return jsonify(KeySet([KEY]).as_dict(private=False))

    @app.get("/authorize")
    def _authorize():
        world.asked.append(request.args.to_dict())
        if world.refuses:
            return redirect(f"{return_address}?error=access_denied&state={request.args['state']}")
        grant = server.get_consent_grant(end_user=world.subject)
        return server.create_authorization_response(grant_user=world.subject, grant=grant)

    @app.post("/token")
    def _token():
        return server.create_token_response()
