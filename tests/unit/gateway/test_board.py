"""The live board over HTTP."""

from datetime import timedelta

from llama.adapters.memory.boards import MemoryBoards
from schemas.board import BoardFigures, BoardWindow, LiveBoard
from services.gateway.board import serve_board
from tests.unit.gateway.scene import START, a_scene

HOP = timedelta(minutes=2)
RUNS = BoardFigures(measure="run", name="Skymap", count=2, total_ms=300, longest_ms=200)


def a_window(number: int) -> BoardWindow:
    begin = START - number * HOP
    return BoardWindow(begin=begin, end=begin + 5 * HOP, figures=(RUNS,))


def a_board() -> LiveBoard:
    return LiveBoard(
        at=START,
        window_s=600,
        hop_s=120,
        behind=0,
        running=a_window(0),
        closed=tuple(map(a_window, range(5, 12))),
    )


async def test_the_board_is_shown_with_the_latest_of_the_closed_windows() -> None:
    async with a_scene() as scene:
        serve_board(scene.app, MemoryBoards(a_board()))

        answer = await scene.get("/board?limit=3")

    told = LiveBoard.model_validate_json(answer.content)
    assert told == a_board().model_copy(update={"closed": a_board().closed[:3]})
    assert answer.headers["Cache-Control"] == "no-store"


async def test_where_nobody_writes_a_board_it_is_said_what_to_do() -> None:
    async with a_scene() as scene:
        serve_board(scene.app, MemoryBoards())

        answer = await scene.get("/board")

    assert (answer.status_code, answer.json()["error"]) == (404, "no_board")
    assert "LLAMA_MONITOR=on" in answer.json()["hint"]
