"""Random numbers that are addressed, not drawn one after the other.

Trial i of a variable has the same bits however the trials are cut into chunks, whichever workers compute them
and whatever other variables a scenario has. A stream is the counter-based generator Philox (Salmon et al.,
"Parallel random numbers: as easy as 1, 2, 3", 2011): its key is a digest of seed, variable and unit, its
counter counts the trials in fours.

Trials may also come in blocks of 1,024 that are spread evenly: (0, 1) is cut into 1,024 equal strata and each trial
of a block has one of its own (McKay, Beckman & Conover, "A comparison of three methods for selecting values of input
variables", Technometrics 21, 1979). Which one, the block's own words decide; where in it, the trial's own word.
Blocks are independent of each other, so their means tell how exact a result is.
"""

from __future__ import annotations

import hashlib
import json
import threading
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from finsim.risk.exact import Floats

Words = NDArray[np.uint64]
Strata = NDArray[np.uint16]

EDGE = 2.0**-53
"""The smallest number a stream can hold, and what the largest leaves to 1."""

BLOCK = 1024
"""Trials that share their strata."""

_WORDS = 4  # 64-bit words that Philox makes at each value of its counter


def uniforms(seed: int, variable: str, unit: str, start: int, stop: int) -> Floats:
    """Uniform numbers of the trials start, …, stop - 1: shape (stop - start,), strictly within (0, 1).

    ``unit`` is "" for a variable that is common to all units. The top 52 bits of a word name one of 2**52
    equal cells of (0, 1), whose middle is the number. With one bit more the middle of the last cell would be
    no float and round to 1.
    """
    return _middle(_words(seed, variable, unit, start, stop) >> np.uint64(12))


def stratified(seed: int, variable: str, unit: str, start: int, stop: int, strata: Strata) -> Floats:
    """The same, each in a given stratum of 1,024: ``strata`` has shape (stop - start,)."""
    within = _words(seed, variable, unit, start, stop) >> np.uint64(22)
    return _middle((strata.astype(np.uint64) << np.uint64(42)) | within)


def shuffled(seed: int, variable: str, unit: str, block: int) -> Strata:
    """The strata of a block's trials in random order: a permutation of 0, …, 1,023 (Latin hypercube sampling).

    The order that sorts as many random words; sorting is stable, so that no processor breaks a tie its own way.
    """
    words = _words(seed, variable, unit, block * BLOCK, (block + 1) * BLOCK, "shuffle")
    return np.argsort(words, kind="stable").astype(np.uint16)


def scrambled(seed: int, variable: str, unit: str, block: int, net: Strata) -> Strata:
    """The strata that a net of 1,024 points gives one variable, scrambled at random for this block.

    Each bit is turned over or not, alike for all points whose higher bits agree (Owen, "Randomly permuted
    (t,m,s)-nets and (t,s)-sequences", 1995): 1,023 random bits, of 16 words. The points stay a net.
    """
    words = _words(seed, variable, unit, block * 16, (block + 1) * 16, "scramble")
    turned = ((words[:, np.newaxis] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)).ravel().astype(np.uint16)
    found = np.zeros_like(net)
    for depth in range(10):
        above = net >> np.uint16(10 - depth)
        bit = (net >> np.uint16(9 - depth)) & np.uint16(1)
        found = (found << np.uint16(1)) | (bit ^ turned[2**depth - 1 + above.astype(np.intp)])
    return found


def _words(seed: int, variable: str, unit: str, start: int, stop: int, purpose: str = "") -> Words:
    """Random words start, …, stop - 1 of one stream."""
    if seed < 0:
        raise ValueError(f"seed {seed} is negative")
    if not 0 <= start <= stop:
        raise ValueError(f"no trials from {start} to {stop}")
    skipped = start % _WORDS
    stream = _stream(_key(seed, variable, unit, purpose), start // _WORDS)
    return stream.random_raw(skipped + stop - start)[skipped:]


def _stream(key: Words, counter: int) -> np.random.Philox:
    """The generator of this thread, set to a place: making a new one would first ask the system for chance, and throw it away."""
    if not hasattr(_own, "stream"):
        _own.stream = np.random.Philox(key=0)
        _own.state = _own.stream.state
    stream: np.random.Philox = _own.stream
    _own.state["state"] = {"key": key, "counter": np.array([counter, 0, 0, 0], dtype=np.uint64)}
    stream.state = _own.state
    return stream


_own = threading.local()


def _middle(cells: Words) -> Floats:
    """The middle of each of 2**52 equal cells of (0, 1)."""
    return (cells.astype(np.float64) + 0.5) * 2.0**-52


@lru_cache(maxsize=2**16)
def _key(seed: int, variable: str, unit: str, purpose: str) -> Words:
    """128 bits, in two words, that differ where one of the four does; as JSON they cannot run into each other."""
    identity = json.dumps([f"{seed:d}", variable, unit, *([purpose] if purpose else [])])
    return np.frombuffer(hashlib.sha256(identity.encode("ascii")).digest()[:16], dtype="<u8").astype(np.uint64)
