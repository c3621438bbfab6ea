"""The clock of this machine."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Tells the machine's time in UTC."""

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        return datetime.fromtimestamp(time.time(), UTC)
