"""A chart as a page draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Drawing:
    """A chart ready to draw: spec, columns and the sentence for those who do not see it."""

    spec: dict[str, Any]
    data: pa.Table
    alt: str
