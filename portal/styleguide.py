"""Samples for /styleguide/: invented words of the right length for every component."""

from typing import Any

from portal import icons


def context() -> dict[str, Any]:
    """What portal/styleguide.html needs."""
    return {"icons": sorted(n.removeprefix("i-") for n in icons.drawings() if n.startswith("i-"))}
