"""What a handler's dependencies offer it: the digests of its inputs, and what holds it up."""

from dataclasses import dataclass, field

from llama.domain.assessment import HOPELESS, UNSETTLED, Assessment, Status
from llama.domain.digests import WHOLE
from llama.domain.states import EventState
from schemas.files import DependencySpec


@dataclass(slots=True)
class Offered:
    """What a handler's dependencies offer."""

    inputs: dict[str, str | None] = field(default_factory=dict[str, str | None])
    there: set[str] = field(default_factory=set[str])
    """The files that a run would be given."""
    waiting_for: list[str] = field(default_factory=list[str])
    blocked: tuple[Status, str] | None = None
    absent: str = ""
    awaits_outside: bool = False
    """Something that it waits for comes from outside, and may never."""
    is_hidden: bool = False
    """What a required dependency shows is hidden."""

    def add(
        self, dependency: DependencySpec, assessed: Assessment | None, state: EventState
    ) -> None:
        """Take one dependency into account."""
        if dependency.fixed is not None:
            self.there.add(dependency.file)
            self.inputs[f"{dependency.file}#{WHOLE}"] = dependency.fixed
            return
        status = assessed.status if assessed else Status.MASKED
        if status in UNSETTLED and not _may_never_come(dependency, assessed):
            self.waiting_for.append(dependency.file)
            self.awaits_outside |= assessed is not None and assessed.awaits_outside
        elif status in HOPELESS and not dependency.optional:
            self.blocked = self.blocked or (Status.BLOCKED, f"{dependency.file} is {status}")
            self.is_hidden = self.is_hidden or (assessed is not None and assessed.is_hidden)
        usable = status is not Status.MASKED and not (dependency.optional and status in HOPELESS)
        usable = usable and not _may_never_come(dependency, assessed)
        # A deleted file is remembered until it is made again, which a frozen one will not be.
        look = state.tree_file if status is Status.FROZEN else state.files.get
        stored = look(dependency.file) if usable else None
        if stored is not None:
            self.there.add(dependency.file)
        for aspect in dependency.aspects:
            digest = stored.content.aspects.get(aspect) if stored else None
            self.inputs[f"{dependency.file}#{aspect}"] = digest
            if digest is None and not dependency.optional and self._is_final(status):
                self.absent = self.absent or self._absence(dependency.file, aspect, status)

    @staticmethod
    def _is_final(status: Status) -> bool:
        """Whether waiting longer would not bring an input that is not there."""
        return status in {Status.MASKED, Status.CURRENT, Status.FROZEN}

    @staticmethod
    def _absence(file: str, aspect: str, status: Status) -> str:
        # Also what is there and cannot be read, such as a damaged map, brings no aspect.
        return file if status is Status.MASKED else f"usable {aspect} in {file}"


def _may_never_come(dependency: DependencySpec, assessed: Assessment | None) -> bool:
    """Whether an optional file waits for something from outside: its users do without it."""
    return dependency.optional and assessed is not None and assessed.awaits_outside
