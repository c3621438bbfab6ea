"""The classes of sources that notices tell of, and how probable each is."""

from typing import Annotated

from pydantic import Field, StringConstraints

CLASS_NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,31}$"
ClassName = Annotated[str, StringConstraints(pattern=CLASS_NAME)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
