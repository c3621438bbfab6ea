"""GET /asyncapi.json and /openapi.json: what goes out on Kafka and over HTTP, for tools."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from schemas.asyncapi import asyncapi
from schemas.openapi import openapi
from services.gateway.addresses import Address


@dataclass(frozen=True, slots=True)
class Document:
    """Answers with a document that is made from the code."""

    make: Callable[[], Mapping[str, Any]]

    async def described(self, _request: Request) -> Response:
        """Answer with it."""
        headers = {"Cache-Control": "no-cache"}
        text = json.dumps(self.make(), ensure_ascii=False)
        return Response(text, media_type="application/json", headers=headers)


def serve_documents(application: Starlette) -> None:
    """Add the addresses of documents to the gateway's."""
    told = (
        ("/asyncapi.json", asyncapi, "what goes out on Kafka, as an AsyncAPI 3 document"),
        ("/openapi.json", openapi, "these addresses, as an OpenAPI 3.1 document"),
    )
    application.router.routes.extend(
        Address(path, Document(make).described, says=says) for path, make, says in told
    )
