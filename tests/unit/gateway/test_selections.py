"""The standing selections over HTTP."""

from llama.adapters.memory.ledger import MemoryLedger
from llama.adapters.memory.selections import MemorySelections
from llama.domain.selection.standing import selection_of
from schemas.selections import SelectionDefined
from services.gateway.selections import serve_selections
from tests.unit.gateway.scene import START, a_scene


async def test_the_standing_selections_are_listed_with_who_defined_them() -> None:
    defined = SelectionDefined(
        id="r1", occurred_at=START, name="all", criteria="vetoed=false", by="me", reason="why not"
    )
    async with a_scene() as scene:
        serve_selections(scene.app, MemorySelections(scene.store))
        async with MemoryLedger(scene.store).transaction("announcing") as transaction:
            await transaction.selections.define(selection_of(defined))

        answer = await scene.get("/selections")

    assert answer.json()["selections"] == [
        {
            "name": "all",
            "criteria": "vetoed=false",
            "definition": "r1",
            "defined_at": "2026-11-22T00:00:00.000000Z",
            "by": "me",
            "reason": "why not",
        }
    ]
