"""Section 7 of docs/science.md: w, the probability that a gravitational wave is real."""

import math

from llama.handlers.classification import NOISE
from llama.handlers.coincidence.settings import SearchSettings
from llama.handlers.coincidence.trigger import Trigger


def probability_real(trigger: Trigger, settings: SearchSettings) -> float:
    """Return w: from the classification, else from the SNR, else from the false alarm rate.

    A candidate with none of the three counts as the faintest that the search records.
    """
    noise = trigger.classification.get(NOISE)
    if noise is not None and not is_burst(trigger):
        return min(1.0, max(0.0, 1.0 - noise))
    real_hz = settings.burst_rate_hz if is_burst(trigger) else detectable_hz(settings)
    if trigger.snr is not None:
        return by_snr(trigger.snr, real_hz, settings)
    return by_far(trigger.far_hz, real_hz, settings)


def is_burst(trigger: Trigger) -> bool:
    """Tell whether a search without templates found it."""
    return (trigger.group or "").strip().lower() == "burst"


def detectable_hz(settings: SearchSettings) -> float:
    """Return how often sources are loud enough: ndot (4 pi/3) (k0/rho_min)^3 <E^1.5>."""
    low, high = settings.gw_energy
    mean = (high**1.5 - low**1.5) / (1.5 * math.log(high / low))
    reach = settings.horizon_scale_mpc / settings.least_snr
    return settings.source_rate * 4 * math.pi / 3 * reach**3 * mean


def by_snr(snr: float, real_hz: float, settings: SearchSettings) -> float:
    """Return w for an SNR: real ones fall like snr^-4, noise like exp(-slope snr)."""
    above = max(0.0, snr - settings.least_snr)
    noise = settings.gw_background_hz * settings.snr_slope * math.exp(-settings.snr_slope * above)
    return _share(real_hz, settings.least_snr + above, noise, settings)


def by_far(far_hz: float | None, real_hz: float, settings: SearchSettings) -> float:
    """Return w for a false alarm rate: that of the SNR which noise exceeds so often."""
    most = settings.gw_background_hz
    rate = most if far_hz is None else min(max(far_hz, 0.0), most)
    if rate == 0:
        return 1.0
    snr = settings.least_snr + (math.log(most) - math.log(rate)) / settings.snr_slope
    return _share(real_hz, snr, settings.snr_slope * rate, settings)


def _share(real_hz: float, snr: float, noise: float, settings: SearchSettings) -> float:
    real = real_hz * 3 * settings.least_snr**3 / snr**4
    return real / (real + noise)
