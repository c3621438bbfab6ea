"""Runs several services in one process: `python -m services projection gateway`.

`stream_monitor` is not among them: Faust is to burden no other process than its own.
"""

import sys

from services.announcing.__main__ import serve as announcing
from services.dependency_resolver.__main__ import serve as dependency_resolver
from services.gateway.__main__ import serve as gateway
from services.handler_worker.__main__ import serve as handler_worker
from services.projection.__main__ import serve as projection
from services.trigger_ingest.__main__ import serve as trigger_ingest
from services.versioning.__main__ import serve as versioning
from services.wiring import run

SERVICES = {
    "trigger_ingest": trigger_ingest,
    "dependency_resolver": dependency_resolver,
    "handler_worker": handler_worker,
    "versioning": versioning,
    "projection": projection,
    "announcing": announcing,
    "gateway": gateway,
}


def main(names: list[str]) -> None:
    """Run the named services, or all of them."""
    unknown = sorted(set(names) - SERVICES.keys())
    if unknown:
        known = ", ".join(SERVICES)
        sys.exit(f"no service is called {', '.join(unknown)}: there are {known}")
    chosen = {name: SERVICES[name] for name in names or SERVICES}
    run("+".join(chosen), chosen)


if __name__ == "__main__":
    main(sys.argv[1:])
