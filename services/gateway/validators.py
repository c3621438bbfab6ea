"""Whether a browser has the answer already (RFC 9110, section 13)."""

from starlette.requests import Request


def is_known(request: Request, tag: str) -> bool:
    """Tell whether If-None-Match names this entity tag (weakly compared), or any."""
    asked = request.headers.get("If-None-Match", "")
    known = [part.strip().removeprefix("W/") for part in asked.split(",")]
    return tag in known or known == ["*"]
