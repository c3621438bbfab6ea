"""Documents of the interfaces over HTTP."""

from schemas.asyncapi import asyncapi
from services.gateway.documents import serve_documents
from tests.unit.gateway.scene import a_scene


async def test_the_asyncapi_document_is_served() -> None:
    async with a_scene() as scene:
        serve_documents(scene.app)
        answer = await scene.get("/asyncapi.json")

    assert answer.json() == asyncapi()
    assert answer.headers["Content-Type"] == "application/json"
