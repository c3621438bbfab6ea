"""Fit a mixture of splines to counts: a penalised Poisson regression of its logarithms.

The penalty is on second differences of the logarithm, so that where there are no data the density
goes on as a power law of energy.
"""

from dataclasses import dataclass

import numpy as np

from llama.domain.errors import LlamaError
from llama.handlers.neutrinos.splines import Axis, FloatArray, Mixture

_ROUNDS = 200
_LARGEST_STEP = 3.0
_CLOSE = 1e-10
"""Change of the expected counts, relative to the largest, at which the regression is done."""
_SHARPENINGS = 100
_LOWEST_LOG = -40.0
"""Relative to the highest: what lies lower is as good as never, and does not underflow."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Counts in cells of x and z; they need not be whole numbers."""

    x: FloatArray
    """Centres of the cells, at equal steps."""
    z: FloatArray
    number: FloatArray
    """(x cells, z cells)."""


@dataclass(frozen=True, slots=True)
class Stiffness:
    """How strongly second differences of the logarithm are held down, per axis."""

    x: float
    z: float


def fitted(counts: Counts, x: Axis, z: Axis, stiffness: Stiffness) -> Mixture:
    """Return the mixture that describes the counts; LlamaError if the regression fails."""
    logs = _log_regression(counts, x, z, stiffness)
    return Mixture.of(x, z, _weights_for(logs, x, z))


def _log_regression(counts: Counts, x: Axis, z: Axis, stiffness: Stiffness) -> FloatArray:
    """Return coefficients by node: their sum of splines is the logarithm of the counts."""
    along_x, along_z = x.splines(counts.x) * x.step, z.splines(counts.z) * z.step
    x_pairs, z_pairs = _pairs(along_x), _pairs(along_z)
    penalty = _penalty(x.nodes, z.nodes, stiffness)
    shape = (x.nodes, z.nodes, x.nodes, z.nodes)
    logs: FloatArray = np.full((x.nodes, z.nodes), float(np.log(counts.number.mean())))
    for _ in range(_ROUNDS):
        expected = np.exp(along_x @ logs @ along_z.T)
        # The normal equations of all pairs of nodes, without the matrix of cells by nodes.
        squares = (x_pairs.T @ expected @ z_pairs).reshape(shape[0], shape[2], shape[1], shape[3])
        curvature = squares.transpose(0, 2, 1, 3).reshape(penalty.shape) + penalty
        slope = (along_x.T @ (counts.number - expected) @ along_z).reshape(-1)
        change = np.linalg.solve(curvature, slope - penalty @ logs.reshape(-1))
        step = (change * min(1.0, _LARGEST_STEP / float(np.max(np.abs(change))))).reshape(
            logs.shape
        )
        logs = np.asarray(logs + step, dtype=np.float64)
        # Where next to nothing is expected, the logarithm may fall further: nobody will notice.
        moved = np.abs(along_x @ step @ along_z.T) * expected
        if float(np.max(moved)) < _CLOSE * float(np.max(expected)):
            return logs
    raise LlamaError("the fit of a density did not converge: look at the counts it was given")


def _weights_for(logs: FloatArray, x: Axis, z: Axis) -> FloatArray:
    """Return positive weights whose mixture is nearest to the regression's density.

    Each round of Richardson and Lucy's iteration keeps the integral and comes nearer in the sense
    of the likelihood; it acts where the density is, and so reaches the faintest parts as well.
    """
    along_x = x.splines(_midpoints(x)) * x.step
    along_z = z.splines(_midpoints(z)) * z.step
    wanted = along_x @ logs @ along_z.T
    wanted = np.exp(np.maximum(wanted - wanted.max(), _LOWEST_LOG))
    exposure = np.outer(along_x.sum(axis=0), along_z.sum(axis=0))
    weights = along_x.T @ wanted @ along_z / exposure
    for _ in range(_SHARPENINGS):
        ratio = wanted / (along_x @ weights @ along_z.T)
        weights = weights * (along_x.T @ ratio @ along_z) / exposure
    return weights


def _midpoints(axis: Axis) -> FloatArray:
    """Return points at equal distances: four in each step of an axis."""
    cells = 4 * (axis.nodes - 1)
    return axis.low + (axis.high - axis.low) * (np.arange(cells) + 0.5) / cells


def _pairs(splines: FloatArray) -> FloatArray:
    """Return the products of all pairs of splines, (cells, nodes * nodes)."""
    cells, nodes = splines.shape
    return (splines[:, :, np.newaxis] * splines[:, np.newaxis, :]).reshape(cells, nodes * nodes)


def _penalty(x_nodes: int, z_nodes: int, stiffness: Stiffness) -> FloatArray:
    along_x = np.kron(_roughness(x_nodes), np.eye(z_nodes))
    along_z = np.kron(np.eye(x_nodes), _roughness(z_nodes))
    return stiffness.x * along_x + stiffness.z * along_z


def _roughness(nodes: int) -> FloatArray:
    second = np.diff(np.eye(nodes), n=2, axis=0)
    return second.T @ second
