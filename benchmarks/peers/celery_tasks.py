"""Celery's side of the handlers: one task makes one file."""

import os
from functools import cache

from celery import Celery

from benchmarks.peers.folders import handle

PORT = "YARDSTICK_REDIS_PORT"
HANDLE = "yardstick.handle"
PREFETCHED = 8
EXPIRE_S = 600
LATEST_S = 3600
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR")


@cache
def app() -> Celery:
    """Return the application, the same for client and worker."""
    server = f"redis://127.0.0.1:{os.environ[PORT]}"
    made = Celery("yardstick", broker=f"{server}/0", backend=f"{server}/1")
    made.conf.update(
        worker_prefetch_multiplier=PREFETCHED,
        task_acks_late=False,
        result_expires=EXPIRE_S,
        worker_send_task_events=False,
        task_send_sent_event=False,
        broker_connection_retry_on_startup=True,
        worker_hijack_root_logger=False,
        broker_transport_options={"visibility_timeout": LATEST_S},
    )
    made.task(name=HANDLE)(_handle)
    return made


def _handle(file: str, folder: str) -> str:
    handle(file, folder)
    return file


if __name__ == "__main__":
    app().worker_main(["worker", "-c", "2", *QUIET])
