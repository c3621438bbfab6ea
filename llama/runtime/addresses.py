"""Where the servers are: as set, or as a running `llama up` has left them."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from llama.domain.errors import Misconfigured
from llama.runtime.lock import owner_of
from llama.runtime.settings import OFF, Settings


class Addresses(BaseModel):
    """The addresses of a running system."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    kafka: str
    database_url: str
    http: str = ""
    """host:port of the gateway; empty if it is not known."""


def addresses_file(settings: Settings) -> Path:
    """Return the file in which `llama up` leaves its addresses."""
    return settings.run_folder / "addresses.json"


def gateway_file(settings: Settings) -> Path:
    """Return the file in which the gateway leaves its address."""
    return settings.run_folder / "gateway.address"


def health_file(settings: Settings, process: str) -> Path:
    """Return the file in which a process leaves where its health is asked for."""
    return settings.run_folder / f"{process}.health.address"


def health_addresses(settings: Settings) -> list[str]:
    """Return where the health of running processes is asked for, by the names of the processes."""
    found = sorted(settings.run_folder.glob("*.health.address"))
    return [path.read_text().strip() for path in found]


def health_of(settings: Settings, number: int) -> str:
    """Return where one of several processes answers for itself, as LLAMA_HEALTH says it.

    Of a port that is set each has its own: the first that one, the second the next.
    """
    host, _, port = settings.health.rpartition(":")
    if settings.health == OFF or port == "0":
        return settings.health
    return f"{host}:{int(port) + number}"


def write_atomically(path: Path, text: str) -> None:
    """Write a small file so that readers see all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_text(text)
    draft.replace(path)


def find_addresses(settings: Settings) -> Addresses:
    """Return the addresses that are set, completed by those of a running `llama up`."""
    found = _left_by_up(settings)
    kafka = settings.kafka or (found.kafka if found else "")
    database_url = settings.database_url or (found.database_url if found else "")
    if not kafka or not database_url:
        raise Misconfigured(
            f"nothing runs under {settings.home}: start it with `llama up --detach`, or set "
            "LLAMA_KAFKA and LLAMA_DATABASE_URL to servers of your own"
        )
    return Addresses(kafka=kafka, database_url=database_url, http=_gateway(settings))


def kafka_address(settings: Settings) -> str:
    """Return where Kafka is, for those who need nothing else; Misconfigured if nobody says."""
    found = None if settings.kafka else _left_by_up(settings)
    if not settings.kafka and found is None:
        raise Misconfigured(
            f"nothing runs under {settings.home}: set LLAMA_KAFKA to the host:port of a server, or "
            "LLAMA_HOME to where a system runs"
        )
    return settings.kafka or (found.kafka if found else "")


def _left_by_up(settings: Settings) -> Addresses | None:
    if owner_of(settings) is None:
        return None  # whoever left them is gone, and what they name may be somebody else's now
    try:
        return Addresses.model_validate_json(addresses_file(settings).read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        message = f"{addresses_file(settings)} is damaged: run `llama down` and `llama up` again"
        raise Misconfigured(message) from error


def _gateway(settings: Settings) -> str:
    try:
        return gateway_file(settings).read_text().strip()
    except FileNotFoundError:
        return ""
