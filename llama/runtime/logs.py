"""Structured logs: one JSON object a line, a verb with its fields."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import Processor

Style = Literal["auto", "json", "text"]


def configure_logs(service: str, style: str = "auto") -> None:
    """Send this process's logs, and those of its libraries, to standard error.

    `auto` writes text for people on a terminal, and otherwise JSON lines.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    is_text = style == "text" or (style == "auto" and sys.stderr.isatty())
    written = _as_text() if is_text else _as_json()
    structlog.configure(
        processors=[*shared, *written],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _take_in_libraries([*shared, structlog.stdlib.add_logger_name], written)
    structlog.contextvars.bind_contextvars(service=service)


def _as_json() -> list[Processor]:
    return [
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("verb"),
        structlog.processors.JSONRenderer(),
    ]


def _as_text() -> list[Processor]:
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]


def _take_in_libraries(before: list[Processor], written: list[Processor]) -> None:
    """Have what libraries log, or warn of, come out as our own lines do; no less than warnings."""
    renderer = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *written],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(renderer)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
