"""A pipeline that only lists the neutrinos of an event."""

from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList

PIPELINE = (Alert, NeutrinoList)
