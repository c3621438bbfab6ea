"""GET /asyncapi.json: what goes out on Kafka, for tools that read AsyncAPI documents."""

import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from schemas.asyncapi import asyncapi
from services.gateway.addresses import Address


async def described(_request: Request) -> Response:
    """Answer with the AsyncAPI document of the public topics."""
    headers = {"Cache-Control": "no-cache"}
    text = json.dumps(asyncapi(), ensure_ascii=False)
    return Response(text, media_type="application/json", headers=headers)


def serve_documents(application: Starlette) -> None:
    """Add the addresses of documents to the gateway's."""
    says = "what goes out on Kafka, as an AsyncAPI 3 document"
    application.router.routes.append(Address("/asyncapi.json", described, says=says))
