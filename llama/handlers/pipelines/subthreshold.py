"""Alerts of low significance, of which there are many: all of the default but the circular.

Their search is that of the ensemble, whatever the pipeline: Significance chooses it by the alert.
"""

from llama.domain.handler import FileHandler
from llama.handlers import PIPELINE as DEFAULT
from llama.handlers.circular import Circular

PIPELINE: tuple[type[FileHandler], ...] = tuple(one for one in DEFAULT if one is not Circular)
