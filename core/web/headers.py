"""The security headers of every answer: a strict policy without inline code, and no third party."""

from __future__ import annotations

from flask import Response, g, request

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-src": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
}


def allow_framing(origins: tuple[str, ...]) -> None:
    """Let the present answer be shown in frames of our own pages and of these origins (the embedded form)."""
    g.frame_ancestors = ("'self'", *origins)


def no_store() -> None:
    """Keep the present answer out of every cache and its address out of every referrer."""
    g.no_store = True


def add_security_headers(response: Response) -> Response:
    """Set the policy; pages may not be framed unless the view allowed it by name."""
    ancestors = g.get("frame_ancestors", ())
    frame = " ".join(ancestors) or "'none'"
    policy = "; ".join(f"{name} {value}" for name, value in POLICY.items())
    headers = response.headers
    headers.setdefault("Content-Security-Policy", f"{policy}; frame-ancestors {frame}")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer" if g.get("no_store") else "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if not ancestors:
        headers.setdefault("X-Frame-Options", "DENY")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if g.get("no_store"):
        headers["Cache-Control"] = "no-store"
    return response
