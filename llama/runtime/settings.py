"""The settings of a process: read once, at its edge, from the environment."""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from llama.domain.errors import Misconfigured

PREFIX = "LLAMA_"
OFF = "off"
"""What says that something is not wanted: an empty setting is one that is not set."""


def default_home() -> Path:
    """Return the user's data folder: for root the system's, since servers leave root behind."""
    if os.geteuid() == 0:
        return Path("/var/lib/llama")
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "llama"


class Settings(BaseModel):
    """What can be set, each as LLAMA_<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    home: Path = Field(
        default_factory=default_home, description="Everything that is kept lies under it."
    )
    kafka: str = Field(
        default="", description="host:port of a Kafka server; empty: the embedded broker."
    )
    database_url: str = Field(
        default="", description="URL of a PostgreSQL database; empty: the embedded one."
    )
    database_role: str = Field(
        default="",
        pattern=r"^[a-z0-9_]{0,63}$",
        description="Role of the database whose privileges count; empty: the user's own.",
    )
    pipeline: str = Field(
        default="llama.handlers", description="Module whose PIPELINE lists the handlers."
    )
    neutrinos: str = Field(
        default="", description="Source of neutrinos; empty: simulated:gfu, made-up tracks."
    )
    external_triggers: str = Field(
        default="",
        description="Source of other observatories' triggers: received:, received:HOST:PORT; "
        "empty: only those that notices name.",
    )
    backgrounds: str = Field(
        default="", description="Folder of background sets; empty: backgrounds in LLAMA_HOME."
    )
    sources: str = Field(
        default="",
        repr=False,
        description="URLs of alert sources, separated by spaces, or a file with one in each line.",
    )
    push_token_file: str = Field(
        default="",
        description="File with the token of those who may push notices; empty: nobody may.",
    )
    outlet: str = Field(
        default="folder",
        pattern=r"^(folder|kafka|kafka://[^/\s:@]+:[0-9]{1,5})$",
        description="Where handlers publish. folder: LLAMA_HOME/outbox, which nobody else reads; "
        "kafka: topics of LLAMA_KAFKA; kafka://host:port: topics of another server.",
    )
    webhook_file: str = Field(
        default="",
        description="File with the URL of the webhook that alarms go to; empty: LLAMA_HOME/outbox.",
    )
    webhook_tests: bool = Field(
        default=False, description="Whether the alarms of tests go to the webhook, too."
    )
    workers: int = Field(default=2, ge=1, le=64, description="Handlers run at the same time.")
    lease_s: float = Field(
        default=15.0,
        gt=1,
        description="Seconds after which the task of a silent worker is given to another.",
    )
    http: str = Field(
        default="127.0.0.1:0",
        pattern=r"^[^:\s]+:[0-9]{1,5}$",
        description="host:port of the gateway; port 0: any free one.",
    )
    health: str = Field(
        default="127.0.0.1:0",
        pattern=r"^(off|[^:\s]+:[0-9]{1,5})$",
        description="host:port where a process answers /livez, /readyz and /metrics; port 0: any "
        "free one; off: nowhere.",
    )
    ready_lag: int = Field(
        default=10_000,
        ge=0,
        description="Records that a service may be behind and still be ready; 0: any number.",
    )
    log: str = Field(
        default="auto",
        pattern=r"^(auto|json|text)$",
        description="How logs are written. auto: text on a terminal, else a JSON object a line.",
    )
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s?#]+[^\s?#/])?$",
        description="Address of the gateway as subscribers see it, without a slash at its end; "
        "empty: what they are told has paths only.",
    )
    monitor: str = Field(
        default=OFF,
        pattern=r"^(on|off)$",
        description="Whether `llama up` runs the stream monitor, which writes the live board.",
    )
    monitor_window_s: float = Field(
        default=600.0,
        ge=1,
        le=86400,
        description="Seconds of a window of the live board; a new one begins every fifth of it.",
    )
    instance: int = Field(default=0, ge=0, description="Which of its siblings a service is.")
    instances: int = Field(
        default=1,
        ge=1,
        validate_default=True,
        description="How many siblings share the partitions.",
    )
    stale_after_days: float = Field(
        default=7.0,
        ge=0,
        le=36525,
        description="Days after which a settled event keeps its old code until somebody asks.",
    )
    handler_memory_mb: int = Field(
        default=1024, ge=64, description="Memory that a handler's process may allocate, in MiB."
    )

    @field_validator("instances")
    @classmethod
    def _count_the_instance(cls, instances: int, known: ValidationInfo) -> int:
        instance = known.data.get("instance", 0)
        if instance >= instances:
            raise ValueError(
                f"there is no instance {instance} of {instances}: they are counted from 0"
            )
        return instances

    @property
    def stale_after(self) -> timedelta:
        """How long after it was last worked on a settled event still takes on new code."""
        return timedelta(days=self.stale_after_days)

    @property
    def run_folder(self) -> Path:
        """Where running processes leave their addresses and ids."""
        return self.home / "run"

    @property
    def outbox_folder(self) -> Path:
        """Where handlers publish if nothing else is set: a dry run."""
        return self.home / "outbox"

    @property
    def artifacts_folder(self) -> Path:
        """Where the bytes of all files are."""
        return self.home / "artifacts"

    @property
    def history_folder(self) -> Path:
        """Where the version histories are."""
        return self.home / "history"

    @property
    def backgrounds_folder(self) -> Path:
        """Where the background sets of this deployment are."""
        return Path(self.backgrounds or self.home / "backgrounds").expanduser()

    @property
    def work_folder(self) -> Path:
        """Where handlers run."""
        return self.home / "work"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; Misconfigured names what is wrong and what would be right.

    A variable that is empty counts as not set.
    """
    environment = os.environ if environment is None else environment
    ours = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    known = {PREFIX + name.upper(): name for name in Settings.model_fields}
    for name in ours.keys() - known.keys():
        choices = ", ".join(sorted(known))
        raise Misconfigured(f"{name} is not a setting: unset it, or use one of {choices}")
    try:
        settings = Settings.model_validate({known[name]: ours[name] for name in ours if ours[name]})
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise Misconfigured(f"{name}: {first['msg']} (got {first['input']!r})") from error
    return settings.model_copy(update={"home": settings.home.expanduser().absolute()})
