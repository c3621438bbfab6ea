"""For looking at events again: all of the default but what tells the world anything."""

from llama.domain.handler import FileHandler
from llama.domain.kinds import UploadReceiptHandler
from llama.handlers import PIPELINE as DEFAULT

PIPELINE: tuple[type[FileHandler], ...] = tuple(
    one for one in DEFAULT if not issubclass(one, UploadReceiptHandler)
)
