"""The child: imports the pipeline once, then runs handlers until its parent has no more work.

Started as `python -m llama.adapters.processes.child SOCKET PARENT MEMORY_BYTES PIPELINE`. Whatever
handlers print goes to the parent's log of this child; the protocol has a socket of its own.
"""

import importlib
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from llama.adapters.processes.inputs import FolderInputs
from llama.adapters.processes.limits import die_with, limit, resident_bytes
from llama.adapters.processes.protocol import (
    MAX_OUTPUT_BYTES,
    MAX_TEXT,
    Reply,
    Request,
    request_from,
)
from llama.domain.handler import FileHandler, PermanentError, Product

Handlers = Mapping[str, type[FileHandler]]


def main(arguments: list[str]) -> int:
    """Serve the parent; return the exit status."""
    descriptor, parent, memory_bytes = (int(number) for number in arguments[:3])
    die_with(parent)
    limit(memory_bytes)
    # A Ctrl-C is for the parent, which decides what becomes of the run.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - so the standard library has it
    with socket.socket(fileno=descriptor) as parent_socket:
        return serve(parent_socket, arguments[3])


def serve(parent: socket.socket, pipeline: str) -> int:
    """Answer requests, one at a time, until the parent hangs up."""
    try:
        handlers = load(pipeline)
    except Exception as error:  # noqa: BLE001 - a module of others may raise anything
        parent.sendall(Reply("refused", message=_told(error)).line())
        return 1
    parent.sendall(Reply("ready").line())
    with parent.makefile("rb") as requests:
        for line in requests:
            parent.sendall(answer(request_from(line), handlers).line())
            sys.stdout.flush()
            sys.stderr.flush()
    return 0


def load(pipeline: str) -> Handlers:
    """Return the handlers of a module's PIPELINE by class name."""
    module = importlib.import_module(pipeline)
    return {handler.__name__: handler for handler in module.PIPELINE}


def answer(request: Request, handlers: Handlers) -> Reply:
    """Do what the parent asks."""
    if request.do == "warm":
        return _guarded(lambda: _warm(request))
    handler = handlers.get(request.handler)
    if handler is None or request.code != handler.CODE_VERSION:
        known = f"code {handler.CODE_VERSION}" if handler else "no such handler"
        wanted = f"{request.handler} with code {request.code}"
        return Reply("refused", message=f"{wanted} was asked for, the pipeline has {known}")
    return _guarded(lambda: _run(handler, request))


def _guarded(act: Callable[[], Reply]) -> Reply:
    try:
        return act()
    except PermanentError as error:
        return _failed("permanent", str(error))
    except MemoryError as error:
        return _failed("memory", _told(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a handler may raise anything
        return _failed("exception", _told(error))


def _warm(request: Request) -> Reply:
    for module in request.modules:
        importlib.import_module(module)
    return Reply("warm", resident_bytes=resident_bytes())


def _run(handler: type[FileHandler], request: Request) -> Reply:
    home = Path.cwd()
    os.chdir(Path(request.outputs).parent)
    try:
        product = handler().generate(FolderInputs(handler, Path(request.inputs)))
    finally:
        os.chdir(home)
    complaint = _complaint(product)
    if complaint:
        return _failed("bad_output", f"{handler.__name__} {complaint}")
    (Path(request.outputs) / handler.FILENAME).write_bytes(product.content)
    aspects = {str(name): str(digest) for name, digest in product.aspects.items()}
    return Reply("made", aspects=aspects, resident_bytes=resident_bytes())


def _complaint(product: object) -> str:
    """Return what is wrong with what a handler returned, whatever its annotations say."""
    if not isinstance(product, Product):
        return f"returned a {type(product).__name__}: return a Product"
    return _complaint_about(product.content)


def _complaint_about(content: object) -> str:
    if not isinstance(content, bytes):
        return f"made a {type(content).__name__}: the content must be bytes"
    if len(content) > MAX_OUTPUT_BYTES:
        return f"made {len(content)} bytes, more than the {MAX_OUTPUT_BYTES} that are allowed"
    return ""


def _failed(error: str, message: str) -> Reply:
    return Reply("failed", error, message[:MAX_TEXT], resident_bytes=resident_bytes())


def _told(error: BaseException) -> str:
    """Return the error and where it was raised, innermost places first to go if it is long."""
    what = "".join(traceback.format_exception_only(error)).strip()
    where = "".join(traceback.format_tb(error.__traceback__)[-3:])
    return f"{what[: MAX_TEXT // 2]}\n{where[-MAX_TEXT // 2 :]}"[:MAX_TEXT]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
