"""Scenario discovery: where in the space of the inputs the failures lie, as a box of few limits.

Patient rule induction (Friedman & Fisher, "Bump hunting in high-dimensional data", Statistics and Computing 9, 1999), as
used for policy by Bryant & Lempert, Technological Forecasting and Social Change 77 (2010): peel off a twentieth of the box
at a time where that raises the share of failures most, then choose a box and drop limits that are not needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finsim.risk.exact import Floats
from finsim.risk.study import Study, Variable

PEEL = 0.05
FEWEST = 0.02
"""Share of the trials that a box holds at least."""
DENSE = 0.8
"""Share of failures in a box that is looked for."""
MOST_LIMITS = 4
NEEDED = 0.02
"""A limit is dropped if without it the box's share of failures is not lower by more than this."""


@dataclass(frozen=True)
class Limit:
    """An input below ``high`` or above ``low``; infinite where there is no such end."""

    variable: Variable
    low: float
    high: float


@dataclass(frozen=True)
class Box:
    """``density``: share of the box's trials that fail; ``coverage``: share of all failures that lie in it; ``support``: share
    of all trials; ``overall``: share of all trials that fail."""

    limits: tuple[Limit, ...]
    density: float
    coverage: float
    support: float
    overall: float


def discover(study: Study, test: str) -> Box | None:
    """The box in which an account mostly fails a test; None if it never fails, always fails, or no box tells it apart."""
    failed = study.came[f"passes.{test}"] < 0.5
    found = box_of(study.drawn, failed)
    if found is None:
        return None
    low, high = found
    inside = _inside(study.drawn, low, high)
    limits = tuple(
        Limit(variable, float(a), float(b))
        for variable, a, b in zip(study.variables, low, high, strict=True)
        if np.isfinite(a) or np.isfinite(b)
    )
    count = int(failed.sum())
    in_box = int((failed & inside).sum())
    return Box(limits, in_box / int(inside.sum()), in_box / count, float(inside.mean()), float(failed.mean()))


def box_of(drawn: Floats, failed: NDArray[np.bool_]) -> tuple[Floats, Floats] | None:
    """Lower and upper limits (inputs,) of the box of ``drawn`` (inputs, trials) in which failures are dense."""
    if failed.all() or not failed.any():
        return None
    best = _chosen(_peeled(drawn, failed), drawn, failed)
    if best is None:
        return None
    low, high = best
    _drop(low, high, drawn, failed)
    return low, high


def _peeled(drawn: Floats, failed: NDArray[np.bool_]) -> list[tuple[Floats, Floats]]:
    """The boxes of one course of peeling, from the whole space inwards."""
    low, high = np.full(len(drawn), -np.inf), np.full(len(drawn), np.inf)
    boxes = [(low.copy(), high.copy())]
    while True:
        inside = _inside(drawn, low, high)
        if inside.sum() * (1 - PEEL) < FEWEST * drawn.shape[1]:
            return boxes
        now = failed[inside].mean()
        best: tuple[float, int, float, bool] | None = None
        for i, values in enumerate(drawn):
            own = values[inside]
            for upper, edge in ((False, np.quantile(own, PEEL)), (True, np.quantile(own, 1 - PEEL))):
                kept = own <= edge if upper else own >= edge
                if kept.any() and not kept.all():
                    share = float(failed[inside][kept].mean())
                    # gain for each trial given up: an input of few values loses many at once
                    gain = (share - now) / (1 - kept.mean())
                    if share > now and (best is None or gain > best[0]):
                        best = (gain, i, float(edge), upper)
        if best is None:
            return boxes
        _, i, edge, upper = best
        (high if upper else low)[i] = edge
        boxes.append((low.copy(), high.copy()))


def _chosen(
    boxes: list[tuple[Floats, Floats]], drawn: Floats, failed: NDArray[np.bool_]
) -> tuple[Floats, Floats] | None:
    """The largest box that is dense enough and has few limits; else the one in which density and coverage are best together."""
    candidates = []
    for low, high in boxes[1:]:
        if (np.isfinite(low) | np.isfinite(high)).sum() <= MOST_LIMITS:
            inside = _inside(drawn, low, high)
            density, coverage = failed[inside].mean(), (failed & inside).sum() / failed.sum()
            candidates.append((density >= DENSE, coverage if density >= DENSE else density * coverage, (low, high)))
    return max(candidates, key=lambda one: one[:2])[2] if candidates else None


def _drop(low: Floats, high: Floats, drawn: Floats, failed: NDArray[np.bool_]) -> None:
    """Take away every limit without which the box fails about as surely."""
    density = failed[_inside(drawn, low, high)].mean()
    for ends in (low, high):
        for i in np.flatnonzero(np.isfinite(ends)):
            kept, ends[i] = ends[i], -np.inf if ends is low else np.inf
            if failed[_inside(drawn, low, high)].mean() < density - NEEDED:
                ends[i] = kept


def _inside(drawn: Floats, low: Floats, high: Floats) -> NDArray[np.bool_]:
    return np.asarray(((drawn >= low[:, None]) & (drawn <= high[:, None])).all(axis=0))
