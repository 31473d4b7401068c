"""Random numbers that are addressed, not drawn one after the other.

Trial i of a variable has the same bits however the trials are cut into chunks, whichever workers compute them
and whatever other variables a scenario has. A stream is the counter-based generator Philox (Salmon et al.,
"Parallel random numbers: as easy as 1, 2, 3", 2011): its key is a digest of seed, variable and unit, its
counter counts the trials in fours.
"""

from __future__ import annotations

import hashlib
import json

import numpy as np

from finsim.risk.exact import Floats

EDGE = 2.0**-53
"""The smallest number a stream can hold, and what the largest leaves to 1."""

_WORDS = 4  # 64-bit words that Philox makes at each value of its counter


def uniforms(seed: int, variable: str, unit: str, start: int, stop: int) -> Floats:
    """Uniform numbers of the trials start, …, stop - 1: shape (stop - start,), strictly within (0, 1).

    ``unit`` is "" for a variable that is common to all units. The top 52 bits of a word name one of 2**52
    equal cells of (0, 1), whose middle is the number. With one bit more the middle of the last cell would be
    no float and round to 1.
    """
    if seed < 0:
        raise ValueError(f"seed {seed} is negative")
    if not 0 <= start <= stop:
        raise ValueError(f"no trials from {start} to {stop}")
    stream = np.random.Philox(key=_key(seed, variable, unit), counter=start // _WORDS)
    skipped = start % _WORDS
    words = stream.random_raw(skipped + stop - start)[skipped:]
    return ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def _key(seed: int, variable: str, unit: str) -> int:
    """128 bits that differ where seed, variable or unit do; as JSON the three cannot run into each other."""
    identity = json.dumps([f"{seed:d}", variable, unit])
    return int.from_bytes(hashlib.sha256(identity.encode("ascii")).digest()[:16], "little")
