"""The broker's chores: rolling, retention and compaction, all in one task."""

from __future__ import annotations

import asyncio
import logging
from typing import NoReturn

from llama.embedded.broker.broker import Broker, wall_clock_ms
from llama.embedded.broker.compaction import compact, is_due
from llama.embedded.broker.log import PartitionLog

logger = logging.getLogger(__name__)


async def keep_house(broker: Broker) -> NoReturn:
    """Look after every partition, again and again, until cancelled."""
    while True:
        await asyncio.sleep(broker.settings.housekeeping_interval_s)
        for log in list(broker.catalogue.logs()):
            try:
                await look_after(log)
            except OSError:
                logger.exception("housekeeping_failed partition=%s", log.folder.name)


async def look_after(log: PartitionLog) -> None:
    """Do what is due for one partition. Raises OSError when the disk refuses."""
    if log.is_closed or not log.segments:
        return
    if log.config.is_compacted:
        log.roll_if_due()
    log.enforce_retention()
    if is_due(log, now_ms=wall_clock_ms()):
        await compact(log, now_ms=wall_clock_ms())
