"""A manifest, indexed: who makes which file, and whom a change concerns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from schemas.files import FLAGS, HandlerSpec, Manifest


@dataclass(frozen=True)
class Wiring:
    """How the handlers of a manifest hang together; each index is built when first asked for."""

    manifest: Manifest | None

    @property
    def handlers(self) -> tuple[HandlerSpec, ...]:
        """The handlers, ancestors first."""
        return self.manifest.handlers if self.manifest else ()

    @cached_property
    def by_name(self) -> Mapping[str, HandlerSpec]:
        """The handlers by name."""
        return {spec.name: spec for spec in self.handlers}

    @cached_property
    def makers(self) -> Mapping[str, HandlerSpec]:
        """By file, the handler that makes it."""
        return {file: spec for spec in self.handlers for file in spec.files}

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """By handler, its place in the manifest."""
        return {spec.name: place for place, spec in enumerate(self.handlers)}

    @cached_property
    def consumers(self) -> Mapping[str, tuple[str, ...]]:
        """By handler, those that use one of its files."""
        used = ((maker.name, spec.name) for spec in self.handlers for maker in self.makers_of(spec))
        return _grouped(used)

    @cached_property
    def readers(self) -> Mapping[str, tuple[str, ...]]:
        """By input (`alert.json#event`, `flags#ROLE`), the handlers that look at its digest."""
        return _grouped((name, spec.name) for spec in self.handlers for name in _looked_at(spec))

    @cached_property
    def of_notice(self) -> tuple[str, ...]:
        """The handlers that look at the newest notice itself."""
        return tuple(
            spec.name
            for spec in self.handlers
            if spec.kind == "triggered" or any(veto.subject == "notice" for veto in spec.vetoes)
        )

    def makers_of(self, handler: HandlerSpec) -> list[HandlerSpec]:
        """Return the handlers that make what a handler is made from, one for each dependency."""
        makers = (self.makers.get(dependency.file) for dependency in handler.dependencies)
        return [maker for maker in makers if maker is not None]


@dataclass(slots=True)
class Wirings:
    """The wirings of the manifests met last: events of one deployment share theirs."""

    most: int = 8
    _kept: dict[str, Wiring] = field(default_factory=dict[str, Wiring])

    def of(self, manifest: Manifest | None) -> Wiring:
        """Return a manifest's wiring; one of a digest that lies gets a wiring of its own."""
        if manifest is None:
            return Wiring(None)
        kept = self._kept.pop(manifest.digest, None)
        wiring = kept if kept is not None and _is_same(kept, manifest) else Wiring(manifest)
        self._kept[manifest.digest] = wiring
        while len(self._kept) > self.most:
            del self._kept[next(iter(self._kept))]
        return wiring


def _is_same(wiring: Wiring, manifest: Manifest) -> bool:
    """Whether a wiring is of a manifest; comparing all of it costs more than folding a fact."""
    return wiring.manifest is manifest or wiring.manifest == manifest


def _looked_at(handler: HandlerSpec) -> Iterator[str]:
    for dependency in handler.dependencies:
        yield from (f"{dependency.file}#{aspect}" for aspect in dependency.aspects)
    yield from (f"{FLAGS}#{flag}" for flag in handler.flags)
    for veto in handler.vetoes:
        if veto.subject != "notice":
            yield f"{FLAGS}#{veto.name}" if veto.subject == "flag" else veto.name


def _grouped(pairs: Iterator[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Return the second names by the first, each once, in the order in which they came."""
    groups: dict[str, dict[str, None]] = {}
    for key, name in pairs:
        groups.setdefault(key, {})[name] = None
    return {key: tuple(names) for key, names in groups.items()}
