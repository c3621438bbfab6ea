"""A pipeline that only lists the triggers of other observatories around an event."""

from llama.handlers.alert import Alert
from llama.handlers.external_triggers import ExternalTriggers

PIPELINE = (Alert, ExternalTriggers)
