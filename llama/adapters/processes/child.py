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
from dataclasses import replace
from itertools import dropwhile
from pathlib import Path

from llama.adapters.processes.inputs import RunInputs
from llama.adapters.processes.limits import Scales, data_bytes, die_with, is_lack_of_memory, limit
from llama.adapters.processes.outlet import ParentOutlet
from llama.adapters.processes.protocol import (
    ALL_SMALL_BYTES,
    MAX_OUTPUT_BYTES,
    MAX_TEXT,
    Reply,
    Request,
    fits,
    request_from,
)
from llama.adapters.processes.scratch import Scratch
from llama.domain.discovery import handlers_in, module_named
from llama.domain.handler import FileHandler, NotYet, PermanentError, Product
from llama.domain.identity import EventTuple
from llama.domain.outlet import Outlet
from llama.domain.pipeline import Handlers, pipeline_of
from llama.domain.products import products_of
from llama.ports.runner import RunError


def main(arguments: list[str]) -> int:
    """Serve the parent; return the exit status."""
    descriptor, parent, memory_bytes = (int(number) for number in arguments[:3])
    die_with(parent)
    # A Ctrl-C is for the parent, which decides what becomes of the run.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - so the standard library has it
    with socket.socket(fileno=descriptor) as parent_socket:
        return serve(parent_socket, arguments[3], memory_bytes)


def serve(parent: socket.socket, pipeline: str, memory_bytes: int) -> int:
    """Answer requests, one at a time, until the parent hangs up."""
    try:
        handlers = load_within(memory_bytes, pipeline)
    except Exception as error:  # noqa: BLE001 - a module of others may raise anything
        kind = "memory" if is_lack_of_memory(error) else ""
        parent.sendall(Reply("refused", kind, _told(error)).packed())
        return 1
    parent.sendall(Reply("ready").packed())
    scratch, scales = Scratch(), Scales()
    with parent.makefile("rb") as requests:
        while request := request_from(requests):
            outlet = ParentOutlet(parent, requests)
            reply = answer(request, handlers, outlet, scratch)
            resident, descriptors = scales.weigh()
            reply = replace(reply, resident_bytes=resident, descriptors=descriptors)
            parent.sendall(reply.packed())
            sys.stdout.flush()
            sys.stderr.flush()
    return 0


def load_within(memory_bytes: int, pipeline: str) -> Handlers:
    """Bound the memory that can be allocated from now on, and load a pipeline.

    MemoryError if less is allowed than this process has already: it could not even say so later.
    """
    if memory_bytes < data_bytes():
        raise MemoryError(f"{data_bytes()} bytes are in use before anything is loaded")
    limit(memory_bytes)
    return load(pipeline)


def load(pipeline: str) -> Handlers:
    """Return the handlers of a pipeline, or of a module that has one, by class name."""
    return pipeline_of(handlers_in(importlib.import_module(module_named(pipeline))))


def answer(request: Request, handlers: Handlers, outlet: Outlet, scratch: Scratch) -> Reply:
    """Do what the parent asks; a handler that has something to tell does so by the outlet."""
    if request.do == "warm":
        return guarded(lambda: _warm(request))
    handler = handlers.get(request.handler)
    if handler is None or request.code != handler.CODE_VERSION:
        known = f"code {handler.CODE_VERSION}" if handler else "no such handler"
        wanted = f"{request.handler} with code {request.code}"
        return Reply("refused", message=f"{wanted} was asked for, the pipeline has {known}")
    scratch.take(request.outputs)
    reply = guarded(lambda: run(handler, request, outlet))
    if not reply.left:  # what is left there is the parent's, who removes the folder
        scratch.give_back(request.outputs)
    return reply


def guarded(act: Callable[[], Reply]) -> Reply:
    """Do something that may raise anything; return what became of it."""
    try:
        return act()
    except PermanentError as error:
        return _failed("permanent", str(error))
    except NotYet as error:
        return _failed("not_yet", str(error))
    except MemoryError as error:
        return _failed("memory", _told(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a handler may raise anything
        return _failed("exception", _told(error))


def _warm(request: Request) -> Reply:
    for module in request.modules:
        importlib.import_module(module)
    return Reply("warm")


def run(handler: type[FileHandler], request: Request, outlet: Outlet | None = None) -> Reply:
    """Run a handler once, in the folder of the request; what it raises comes through."""
    outputs = Path(request.outputs)
    instance = handler(EventTuple(outputs.name, outputs.parent))
    os.chdir(outputs.parent)  # and it stays there: the next run begins with that as well
    returned = instance.generate(RunInputs(handler, request, outlet))
    try:
        products = _products(instance, returned)
    except TypeError as error:
        return _failed("bad_output", str(error))
    return _made(products, outputs, are_written=returned is None)


def _made(products: Mapping[str, Product], outputs: Path, *, are_written: bool) -> Reply:
    """Return the reply that brings the small files; the large ones are left in the folder."""
    files: dict[str, bytes] = {}
    room = ALL_SMALL_BYTES
    for name, product in products.items():
        if fits(len(product.content), room):
            files[name] = product.content
            room -= len(product.content)
        elif not are_written:
            (outputs / name).write_bytes(product.content)
    ends = [product.valid_until for product in products.values() if product.valid_until]
    return Reply(
        "made",
        aspects={name: _aspects(product) for name, product in products.items()},
        valid_until=min(ends).isoformat() if ends else None,
        left=tuple(name for name in os.listdir(outputs) if name not in files),  # noqa: PTH208
        files=files,
    )


def _products(instance: FileHandler, returned: object) -> Mapping[str, Product]:
    """Return what was made, be it returned or written where it belongs."""
    together = type(instance).MANIFEST_TYPES
    if returned is None and all(one(instance).fullpath.is_file() for one in together):
        return {one.FILENAME: _written(one(instance)) for one in together}
    products = products_of(instance, returned)
    for product in products.values():
        _refuse(f"{type(instance).__name__} made", product.content)
    return products


def _written(handler: FileHandler) -> Product:
    """Return what a handler wrote: its aspects are those of a file put there by hand."""
    size = handler.fullpath.stat().st_size
    if size > MAX_OUTPUT_BYTES:
        raise TypeError(f"{handler.filename} {_too_large(size)}")
    content = handler.fullpath.read_bytes()
    return Product(content, handler.aspects_of(content))


def _aspects(product: Product) -> dict[str, str]:
    return {str(name): str(digest) for name, digest in product.aspects.items()}


def _refuse(who: str, content: object) -> None:
    """Refuse what is not bytes, whatever the annotations say, or too many of them."""
    if not isinstance(content, bytes):
        raise TypeError(f"{who} a {type(content).__name__}: the content must be bytes")
    if len(content) > MAX_OUTPUT_BYTES:
        raise TypeError(f"{who} what {_too_large(len(content))}")


def _too_large(size: int) -> str:
    return f"has {size} bytes, more than the {MAX_OUTPUT_BYTES} that are allowed"


def _failed(error: RunError, message: str) -> Reply:
    return Reply("failed", error, message[:MAX_TEXT])


def _told(error: BaseException) -> str:
    """Return the error and where it was raised, innermost places first to go if it is long."""
    what = "".join(traceback.format_exception_only(error)).strip()
    where = "".join(traceback.format_list(_places(error)[-3:]))
    return f"{what[: MAX_TEXT // 2]}\n{where[-MAX_TEXT // 2 :]}"[:MAX_TEXT]


def _places(error: BaseException) -> list[traceback.FrameSummary]:
    """Return where an error was raised, without the frames that led to the handler."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = str(Path(__file__).parent)
    return list(dropwhile(lambda frame: frame.filename.startswith(ours), frames)) or frames


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
