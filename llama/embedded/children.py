"""Child processes that are kept alive: started again when they die, until told to stop."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from llama.runtime.addresses import write_atomically

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
HEALTHY_S = 10.0
"""A child that lived this long is not in a crash loop: the pauses begin anew."""
GRACE_S = 10.0
"""Time to put things in order after SIGTERM: longer than any single step of a service."""
LAST_LINES = 5
LOG_BYTES = 20 * 1024 * 1024
"""A log file beyond this size is put aside when its process starts."""

_log = structlog.get_logger()


@dataclass(slots=True)
class Child:
    """One process of the system, and the file that its output goes to."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    run_folder: Path
    log_folder: Path
    restarts: int = 0
    _process: asyncio.subprocess.Process | None = field(default=None)

    async def keep_alive(self) -> None:
        """Run it for ever; on cancellation, stop it gracefully."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE_S
        try:
            while True:
                began = loop.time()
                code = await self._run_once()
                pause = FIRST_PAUSE_S if loop.time() - began > HEALTHY_S else pause
                _log.warning("process_ended", name=self.name, code=code, restart_in_s=pause)
                self.restarts += 1
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
        finally:
            await self._stop()

    async def _run_once(self) -> int | str:
        """Run it to its end and return the exit code, or why it could not even begin."""
        try:
            process = await self._start()
        except OSError as error:  # a full disk, no more processes: that may pass
            return str(error)
        return await process.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        self._pid_file.unlink(missing_ok=True)
        _put_aside(self.log_file)
        with self.log_file.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                env=dict(self.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # A Ctrl-C at the terminal is for the supervisor, which stops them in order.
                start_new_session=True,
            )
        write_atomically(self._pid_file, f"{self._process.pid}\n")
        return self._process

    async def _stop(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), GRACE_S)
            except TimeoutError:
                _log.warning("process_killed", name=self.name, after_s=GRACE_S)
                process.kill()
                await process.wait()
        self._pid_file.unlink(missing_ok=True)

    def last_words(self) -> str:
        """Return the end of what it has written."""
        lines = self.log_file.read_text(errors="replace").splitlines()
        return "\n".join(lines[-LAST_LINES:])

    @property
    def log_file(self) -> Path:
        """Where its output goes."""
        return self.log_folder / f"{self.name}.log"

    @property
    def _pid_file(self) -> Path:
        return self.run_folder / f"{self.name}.pid"


def _put_aside(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
