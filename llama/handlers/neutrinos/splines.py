"""A smooth, strictly positive density of energy and declination: a mixture of cubic B-splines.

Every spline of a regular grid is normalised to 1 within the limits (what reaches beyond them is
folded back), so that a mixture with weights of sum 1 is exactly normalised, and drawing from it
needs no more than sums of four uniform numbers. docs/science-neutrinos.md derives it.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """A range with nodes at equal steps, the ends included."""

    low: float
    high: float
    nodes: int

    @property
    def step(self) -> float:
        """Distance of the nodes."""
        return (self.high - self.low) / (self.nodes - 1)

    def splines(self, values: FloatArray) -> FloatArray:
        """Return the splines at some values: (n,) gives (n, nodes), each of integral 1.

        Values beyond the ends count as the ends.
        """
        inside = np.clip(values, self.low, self.high)
        centres = np.linspace(self.low, self.high, self.nodes)
        mirrored = (inside, 2 * self.low - inside, 2 * self.high - inside)
        parts = [_cubic((at[:, np.newaxis] - centres) / self.step) for at in mirrored]
        found: FloatArray = (parts[0] + parts[1] + parts[2]) / self.step
        return found

    def drawn(self, node: NDArray[np.int64], rng: np.random.Generator) -> FloatArray:
        """Draw one value from the spline of each given node."""
        offset = rng.random((4, len(node))).sum(axis=0) - 2.0
        at = self.low + self.step * (node + offset)
        low_folded = self.low + np.abs(at - self.low)
        return self.high - np.abs(self.high - low_folded)


def _cubic(t: FloatArray) -> FloatArray:
    """Return the cubic B-spline of unit steps, centred at 0."""
    far = np.clip(2.0 - np.abs(t), 0.0, None)
    near = np.clip(1.0 - np.abs(t), 0.0, None)
    return (far**3 - 4.0 * near**3) / 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """A density over (x, z): x the decimal logarithm of energy in GeV, z the sine of declination.

    Its integral over both is 1.
    """

    x: Axis
    z: Axis
    weights: FloatArray
    """(x nodes, z nodes), positive, of sum 1."""

    @classmethod
    def of(cls, x: Axis, z: Axis, weights: FloatArray) -> Self:
        """Make one of weights of any sum; ValueError if some are not positive or of odd number."""
        if weights.shape != (x.nodes, z.nodes):
            raise ValueError(f"weights of shape {weights.shape}: {(x.nodes, z.nodes)} is needed")
        if not (np.all(np.isfinite(weights)) and np.all(weights > 0)):
            raise ValueError("weights that are not positive numbers: fit the density again")
        return cls(x, z, weights / weights.sum())

    def at(self, x: FloatArray, z: FloatArray) -> FloatArray:
        """Return the density per unit of x and z at points (n,)."""
        joint = (self.x.splines(x) @ self.weights) * self.z.splines(z)
        found: FloatArray = joint.sum(axis=1)
        return found

    def over_z(self, z: FloatArray) -> FloatArray:
        """Return the density of z alone, per unit of z, at points (n,)."""
        found: FloatArray = self.z.splines(z) @ self.weights.sum(axis=0)
        return found

    def drawn(self, count: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Draw points: arrays of x and of z."""
        flat = rng.choice(self.weights.size, size=count, p=self.weights.ravel())
        x_node, z_node = np.divmod(flat, self.z.nodes)
        return self.x.drawn(x_node, rng), self.z.drawn(z_node, rng)
