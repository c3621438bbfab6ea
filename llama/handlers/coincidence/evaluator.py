"""The model as a whole: a wave and the tracks of its window in, the terms of the odds out."""

import math
from collections.abc import Sequence

from llama.domain.handler import PermanentError
from llama.handlers.coincidence.densities import Densities
from llama.handlers.coincidence.ensemble import Ensemble
from llama.handlers.coincidence.kernel import SkyKernel
from llama.handlers.coincidence.odds import Terms, terms_of
from llama.handlers.coincidence.reality import probability_real
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.coincidence.trigger import Trigger
from llama.handlers.neutrinos.track import Track
from llama.handlers.sky.map import MultiOrderMap


class Evaluator:
    """Evaluates many sets of tracks on one map: `Evaluator(sky, detector, settings)`."""

    def __init__(
        self,
        sky: MultiOrderMap,
        detector: Densities,
        settings: SearchSettings,
        snr: float | None = None,
    ) -> None:
        """Prepare what depends on the map alone."""
        self.detector = detector
        self.settings = settings
        self._kernel = SkyKernel(sky, detector, settings, snr)

    def terms(self, tracks: Ensemble, *, w: float | None) -> Terms:
        """Return the terms for the tracks of a window.

        With w None the search is that of significant alerts (w = 1, each track by itself), else
        that of the ensemble with w as the probability that the wave is real. PermanentError if the
        odds are no number.
        """
        kernels = self._kernel.of(tracks, with_pairs=w is not None)
        found = terms_of(tracks, kernels, self.settings, rate_hz=self.detector.rate_hz, w=w)
        if not math.isfinite(found.odds_ratio):
            what = "the map, a track or the SNR is beyond reason: correct it, or report it"
            raise PermanentError(f"the odds are {found.odds_ratio}; {what}")
        return found


def evaluate(
    trigger: Trigger,
    tracks: Sequence[Track],
    detector: Densities,
    settings: SearchSettings,
    *,
    significant: bool,
) -> Terms:
    """Return the terms for one candidate; ValueError if a number of a track is none."""
    evaluator = Evaluator(trigger.sky, detector, settings, trigger.snr)
    w = None if significant else probability_real(trigger, settings)
    return evaluator.terms(Ensemble.of(tracks, trigger.time, detector), w=w)
