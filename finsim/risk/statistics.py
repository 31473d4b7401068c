"""The distribution of every row of the trials, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from finsim.risk.exact import Floats
from finsim.risk.intervals import ranks

Integers = NDArray[np.int64]

_FINE = 9  # bits of the mantissa that a bin keeps: 512 bins from one power of two to the next
_PAGE = 7  # bits of a bin's number that say where in its page it is: 128 bins make a page, a quarter of a power of two
_SMALLEST, _LARGEST = 2.0**-12, 2.0**31  # sizes between which bins are this fine
_TOGETHER = 8192  # values taken in at once, so that temporary arrays stay in the processor's cache
_SCALE = 2.0**30  # the mean is taken from values rounded to this fraction of a unit


class Histogram:
    """Counts the values of each row in fixed bins and keeps extremes and sums, so that no trial need be kept.

    Everything kept is an integer or an extreme: the same values give the same bits in whatever order, chunks
    or workers they come. NaN (NA) is counted apart. Only the pages of bins that values have met are kept: half a KB each,
    5 to 50 KB for a row of 10,000 values.

    The bin of a value is its sign, exponent and the first 9 bits of its mantissa: a bin is at most 0.2 % of
    its value wide. Sizes below 2**-12 (2.4 元 in 万元) are one bin that stands for 0; sizes from 2**31 are one
    bin of each sign that stands for the extreme.
    """

    def __init__(self, rows: int) -> None:
        self.trials = 0
        """Columns added so far, the same for every row."""
        self.minimum: Floats = np.full(rows, np.nan)
        """Smallest value of each row, shape (rows,); NaN where a row has none. ``maximum`` likewise."""
        self.maximum: Floats = np.full(rows, np.nan)
        self._page_of: NDArray[np.int32] = np.zeros((rows, _PAGES + 1), dtype=np.int32)  # NaN in the last
        # Pages stand in the order in which they were met; the first stands for those that were not, and stays empty.
        self._counts: NDArray[np.int32] = np.zeros((1, 1 << _PAGE), dtype=np.int32)
        self._pages = 1
        # The sum of the values times 2**30 in two parts that cannot overflow: of whole 2**32 and of the rest.
        self._whole: Integers = np.zeros(rows, dtype=np.int64)
        self._rest: Integers = np.zeros(rows, dtype=np.int64)

    @property
    def missing(self) -> Integers:
        """How many values of each row were NaN: shape (rows,)."""
        return np.asarray(self._counts[self._page_of[:, -1], 0], dtype=np.int64)

    @property
    def valid(self) -> Integers:
        """How many values of each row were numbers: shape (rows,)."""
        return self.trials - self.missing

    def add(self, values: Floats) -> None:
        """Take in the values of some trials, shape (rows, trials); an infinite value is refused."""
        rows = self.minimum.size
        if values.ndim != 2 or values.shape[0] != rows:
            raise ValueError(f"values of shape {values.shape} for {rows} rows")
        if np.isinf(values).any():
            raise ValueError(f"infinite value in row {np.isinf(values).any(axis=1).argmax()}")
        self._count_trials(values.shape[1])
        step = 1 + _TOGETHER // (1 + values.shape[1])
        for first in range(0, rows, step):
            self._add_rows(slice(first, first + step), values[first : first + step])

    def _add_rows(self, rows: slice, values: Floats) -> None:
        values = values + 0.0  # -0.0 becomes 0.0: the minimum of the two would depend on their order
        self.minimum[rows] = np.fmin(self.minimum[rows], np.fmin.reduce(values, axis=1, initial=np.nan))
        self.maximum[rows] = np.fmax(self.maximum[rows], np.fmax.reduce(values, axis=1, initial=np.nan))
        bins = _bins(values)
        row = np.arange(rows.start, rows.start + len(values))[:, np.newaxis]
        page = self._found((row * (_PAGES + 1) + (bins >> _PAGE)).ravel()).astype(np.int64)
        np.add.at(self._counts.reshape(-1), (page << _PAGE) + (bins & _IN_PAGE).ravel(), np.int32(1))
        scaled = np.rint(np.where(np.abs(values) < _LARGEST, values, 0.0) * _SCALE).astype(np.int64)
        self._whole[rows] += (scaled >> 32).sum(axis=1)
        self._rest[rows] += (scaled & 0xFFFFFFFF).sum(axis=1)

    def merge(self, other: Histogram) -> None:
        """Take in all that another histogram of as many rows has seen."""
        if other.minimum.size != self.minimum.size:
            raise ValueError(f"{other.minimum.size} rows do not fit {self.minimum.size}")
        self._count_trials(other.trials)
        places = np.flatnonzero(other._page_of)
        self._counts[self._found(places)] += other._counts[other._page_of.reshape(-1)[places]]
        self.minimum = np.fmin(self.minimum, other.minimum)
        self.maximum = np.fmax(self.maximum, other.maximum)
        self._whole += other._whole
        self._rest += other._rest

    def _found(self, places: Integers) -> NDArray[np.int32]:
        """The pages that stand at these places of ``_page_of``, made where there are none: shape of ``places``."""
        page_of = self._page_of.reshape(-1)
        new = np.unique(places[page_of[places] == 0])
        if new.size:
            page_of[new] = np.arange(self._pages, self._pages + new.size)
            self._pages += new.size
            if self._pages > len(self._counts):  # in place, and not much more than is needed
                self._counts.resize((self._pages + self._pages // 8, 1 << _PAGE), refcheck=False)
        return page_of[places]

    def _met(self, row: np.intp | int) -> tuple[Integers, Integers]:
        """Numbers of the bins in the pages that a row's values have met, rising, and their counts."""
        pages = np.flatnonzero(self._page_of[row, :-1])
        bins = (pages[:, np.newaxis] << _PAGE) + np.arange(1 << _PAGE)
        return bins.ravel(), self._counts[self._page_of[row, pages]].ravel().astype(np.int64)

    def mean(self) -> Floats:
        """Mean of each row, shape (rows,), each value rounded to 2**-30 first.

        NaN where a row has no value, or one of size 2**31 or more, beyond which sums are not kept.
        """
        result = np.full(self.minimum.size, np.nan)
        valid = self.valid
        for row in np.flatnonzero((valid > 0) & (np.fmax(-self.minimum, self.maximum) < _LARGEST)):
            total = (int(self._whole[row]) << 32) + int(self._rest[row])
            result[row] = total / (int(valid[row]) << 30)
        return result

    def quantile(self, p: float) -> Floats:
        """The quantile p of each row, 0 <= p <= 1, shape (rows,); NaN where a row has no value.

        Defined as by `np.quantile`: of n ordered values that at place p (n - 1), counted from 0, linear
        between two places (Hyndman & Fan 1996, type 7). Values in a bin count as spread evenly over it, so each
        of the two is off by at most 0.2 %, or by 2**-12 near 0; the first and the last are exact.
        """
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"quantile {p} is not between 0 and 1")
        result = np.full(self.minimum.size, np.nan)
        for row in np.flatnonzero(self.valid):
            result[row] = self.quantiles_of(int(row), [p])[0]
        return result

    def quantiles_of(self, row: int, levels: Sequence[float]) -> Floats:
        """Several quantiles of one row, (levels,), as of ``quantile``; NaN where it has no value."""
        if not self.valid[row]:
            return np.full(len(levels), np.nan)
        places = np.asarray(levels) * float(self.valid[row] - 1)
        below = np.floor(places).astype(np.int64)
        lower, upper = (self._ordered(row, ends) for ends in (below, np.ceil(places).astype(np.int64)))
        return np.asarray(lower + (places - below) * (upper - lower))

    def below(self, row: int, limits: Sequence[float]) -> Floats:
        """How many values of a row lie below each limit, (limits,); a bin that a limit divides counts in proportion."""
        bins, counts = self._met(row)
        ends = np.asarray(limits, dtype=float)
        place = _bins(ends)
        at = np.searchsorted(bins, place)
        reached = np.concatenate([[0], np.cumsum(counts)])
        own = np.where(np.append(bins, -1)[at] == place, np.append(counts, 0)[at], 0)  # in the bin of the limit itself
        divided = _WIDTH[place] > 0
        inside = np.where(divided, ends - np.where(divided, _LOWER[place], ends), 0.0) / np.where(divided, _WIDTH[place], 1.0)
        return np.asarray(reached[at] + own * inside)

    def tail_mean(self, row: int, p: float) -> float:
        """Mean of a row's largest values, a share 1 − p of all, 0 <= p < 1; NaN where it has none.

        Where that share ends within a value's own, it counts in part (Acerbi & Tasche, "On the coherence of expected
        shortfall", 2002). A value is off by at most 0.2 %, or by 2**-12 near 0.
        """
        if not 0.0 <= p < 1.0:
            raise ValueError(f"quantile {p} is not between 0 and 1")
        wanted = (1.0 - p) * float(self.valid[row])
        if not wanted:
            return np.nan
        bins, counts = (met[::-1] for met in self._met(row))
        bins, counts = bins[counts > 0], counts[counts > 0]
        reached = np.minimum(np.cumsum(counts), wanted)
        middle = (_LOWER[bins] + 0.5 * _WIDTH[bins]).clip(self.minimum[row], self.maximum[row])
        return float(np.cumsum(np.diff(reached, prepend=0.0) * middle)[-1] / wanted)

    def quantile_interval(self, p: float, level: float = 0.95) -> tuple[Floats, Floats]:
        """Between which values the quantile p of each row lies: two arrays of shape (rows,).

        NaN where a row has too few values for an end. The values stand in for the ordered ones like those of ``quantile``.
        """
        low, high = np.full(self.minimum.size, np.nan), np.full(self.minimum.size, np.nan)
        valid = self.valid
        for row in np.flatnonzero(valid):
            first, last = ranks(int(valid[row]), p, level)
            for end, place in ((low, first - 1), (high, last - 1)):
                if 0 <= place < valid[row]:
                    end[row] = self._ordered(int(row), np.array([place]))[0]
        return low, high

    def _ordered(self, row: int, places: Integers) -> Floats:
        """The values of a row at these places of their rising order, counted from 0: shape of ``places``."""
        bins, counts = self._met(row)
        reached = np.cumsum(counts)
        found = np.searchsorted(reached, places, side="right")
        before = reached[found] - counts[found]
        values: Floats = _LOWER[bins[found]] + _WIDTH[bins[found]] * ((places - before + 0.5) / counts[found])
        values = values.clip(self.minimum[row], self.maximum[row])
        values[places == 0] = self.minimum[row]
        values[places == reached[-1] - 1] = self.maximum[row]
        return values

    def _count_trials(self, trials: int) -> None:
        if self.trials + trials > np.iinfo(np.int32).max:
            raise OverflowError("more trials than a bin can count")
        self.trials += trials


def _size_bits(size: Floats) -> Integers:
    """Exponent and first bits of the mantissa as one integer, which rises with the size."""
    return size.view(np.int64) >> (52 - _FINE)


_FIRST = int(_size_bits(np.array(_SMALLEST)))
_TOP = int(_size_bits(np.array(_LARGEST))) - _FIRST + 1  # number of the bin of the largest values; 0 has 0
_BINS = 2 * _TOP + 1
_PAGES = -(-_BINS >> _PAGE)
_IN_PAGE = (1 << _PAGE) - 1


def _bins(values: Floats) -> Integers:
    """Number of each value's bin, from the most negative upwards; the first of a page of its own for NaN."""
    number = np.clip(_size_bits(np.abs(values)) - (_FIRST - 1), 0, _TOP)
    return np.where(np.isnan(values), _PAGES << _PAGE, np.where(values < 0.0, _TOP - number, _TOP + number))


def _bin_edges() -> tuple[Floats, Floats]:
    """Lower edge and width of every bin; the outermost stand at infinity, to be clipped to the extremes."""
    edges = (np.arange(_FIRST, _FIRST + _TOP) << (52 - _FINE)).view(np.float64)
    widths = np.diff(edges)
    lower = np.concatenate([[-np.inf], -edges[:0:-1], [0.0], edges[:-1], [np.inf]])
    return lower, np.concatenate([[0.0], widths[::-1], [0.0], widths, [0.0]])


_LOWER, _WIDTH = _bin_edges()
