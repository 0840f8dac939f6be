"""The style sheets and pictures: their addresses carry a fingerprint, so that browsers may keep them.

Reads the files of the static folder once, at start. Refuses the name of a file that is not there.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, request, session, url_for

KEPT = "public, max-age=31536000, immutable"
#: What grows smaller when packed.
PACKED = frozenset({".css", ".js", ".svg"})
_REFERENCE = re.compile(r"url\(([\w.-]+)\)")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served: its content, the fingerprint of that, and it packed where that helps."""

    content: bytes
    fingerprint: str
    packed: bytes | None


def read_assets(folder: Path) -> dict[str, Asset]:
    """Every file of the folder by its name; what a style sheet refers to gets its fingerprint there too.

    :raises LookupError: when a style sheet names a file that is not there.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    assets: dict[str, Asset] = {}
    for path in sorted(paths, key=lambda path: path.suffix == ".css"):
        content = path.read_bytes()
        if path.suffix == ".css":
            content = _REFERENCE.sub(lambda found: _marked(found[1], assets), content.decode()).encode()
        packed = gzip.compress(content, 9, mtime=0) if path.suffix in PACKED else None
        fingerprint = hashlib.sha256(content).hexdigest()[:12]
        assets[path.relative_to(folder).as_posix()] = Asset(content, fingerprint, packed)
    return assets


def _marked(name: str, assets: Mapping[str, Asset]) -> str:
    return f"url({name}?v={_known(name, assets).fingerprint})"


def _known(name: str, assets: Mapping[str, Asset]) -> Asset:
    if name not in assets:
        raise LookupError(f"static/{name} is not there: correct the name, or add the file and start again")
    return assets[name]


def init_assets(app: Flask) -> None:
    """Give templates `static_file(name)`, and fingerprinted addresses a year in every cache.

    Called before any other hook is hung on the application, so that its own has the last word.
    """
    assets = read_assets(Path(app.static_folder))

    def static_file(name: str) -> str:
        """The address of a file of the static folder, with its fingerprint."""
        return url_for("static", filename=name, v=_known(name, assets).fingerprint)

    app.jinja_env.globals["static_file"] = static_file

    @app.after_request
    def _keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200:
            asset = assets.get(request.view_args["filename"])
            if asset is not None and request.args.get("v") == asset.fingerprint:
                _make_lasting(response, asset)
        return response


def _make_lasting(response: Response, asset: Asset) -> None:
    """Let every cache keep the answer: this address never has other content."""
    # The login's hook looks at the session on every request, which would add `Vary: Cookie` here.
    session.accessed = False
    is_packed = asset.packed is not None and "gzip" in request.accept_encodings
    response.close()  # the file that Flask has opened
    response.direct_passthrough = False
    response.set_data(asset.packed if is_packed else asset.content)
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = KEPT
    response.headers["Vary"] = "Accept-Encoding"
    for name in ("Content-Language", "ETag", "Last-Modified"):
        response.headers.pop(name, None)
