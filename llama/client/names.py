"""Mappings by name that cannot be changed and whose values are attributes too."""

from abc import abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Self, TypeGuard, TypeVar

Value = TypeVar("Value", bound=Hashable)


class NamedMapping(Mapping[str, Value]):
    """Values by name: `mapping["Skymap"]` is `mapping.Skymap`.

    It cannot be changed; `+` and `-` give new ones. Equal ones have the same kind and values, in
    whatever order. A value whose name is that of a method is reached as an item only.
    """

    __slots__ = ("_by_name",)

    def __init__(self, by_name: Mapping[str, Value]) -> None:
        self._by_name = dict(by_name)

    @abstractmethod
    def _made_of(self, values: Iterable[Value]) -> Self:
        """Return another mapping of this kind; TypeError if the values do not fit together."""
        raise NotImplementedError

    @abstractmethod
    def _is_value(self, value: object) -> TypeGuard[Value]:
        """Tell whether something is one value, and not several."""
        raise NotImplementedError

    @staticmethod
    def _known_as(name: str, value: Value) -> Iterable[Hashable]:
        """Return what a value can be called when it is to be taken away."""
        return name, value

    def __getitem__(self, name: str, /) -> Value:
        try:
            return self._by_name[name]
        except KeyError as error:
            raise KeyError(self._absence(name)) from error

    def __getattr__(self, name: str) -> Value:
        if name == "_by_name":  # while it is being copied or unpickled
            raise AttributeError(name)
        if name not in self._by_name:
            raise AttributeError(self._absence(name), name=name, obj=self)
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, name: object, /) -> bool:
        return name in self._by_name

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._by_name})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NamedMapping) or type(other) is not type(self):
            return NotImplemented
        return dict(self) == dict(other)

    def __hash__(self) -> int:
        return hash((type(self), frozenset(self._by_name.items())))

    def __add__(self, other: Value | Iterable[Value] | Mapping[str, Value]) -> Self:
        """Return this with more values; TypeError if another one has the name of one of them."""
        more = self._several(other)
        if more is None:
            return NotImplemented
        return self._made_of([*self.values(), *more])

    def __sub__(self, other: object) -> Self:
        """Return this without some values or names; what it does not have is left out anyway."""
        less = [other] if isinstance(other, str | type) else self._several(other)
        if less is None:
            return NotImplemented
        gone = set(less)
        return self._made_of(
            value for name, value in self.items() if gone.isdisjoint(self._known_as(name, value))
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._by_name)})"

    def _several(self, other: object) -> Iterable[Value] | None:
        if self._is_value(other):
            return (other,)
        if isinstance(other, Mapping):
            return other.values()
        return other if isinstance(other, Iterable) and not isinstance(other, str) else None

    def _absence(self, name: str) -> str:
        known = ", ".join(self._by_name) or "nothing"
        return f"this {type(self).__name__} has no {name!r}: it has {known}"
