"""What the server lets through: this machine only, its own pages only, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from finsim.web.site import words

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of a workbook that is taken: one of twenty units has ten million."""
LARGEST_REQUEST = LARGEST_FILE * 4 // 3 + 64 * 1024
"""A file in base64, and what goes with it."""


def loopback(host: str) -> str:
    """The host if it is this machine; the page has no login, so it is served to nobody else."""
    if host not in LOOPBACK:
        raise ValueError(f"只能在本机提供网页，不能绑定到 {host} · only this machine may be served, not {host}")
    return host


def protect(server: Flask, script_hashes: Sequence[str]) -> None:
    """Refuse foreign hosts and origins and large requests; tell the browser to load nothing but ours."""
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    policy = "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *script_hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )

    @server.before_request
    def refuse_foreign() -> None:
        if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
            abort(403)  # another name for this machine: a page elsewhere is trying to read ours
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            abort(403)

    @server.errorhandler(413)
    def too_large(_: Exception) -> tuple[str, int]:
        return words()("too_large", size=LARGEST_FILE // 2**20), 413

    @server.after_request
    def add_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        return response
