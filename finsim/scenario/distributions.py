"""The distributions a scenario may name, with their parameters checked. How they are drawn is for ``risk`` to say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from finsim.sheet import Text


class DistributionError(ValueError):
    """Parameters that make no distribution. ``message`` is the sentence in Chinese and English."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return f"{self.message.zh} / {self.message.en}"


class Distribution:
    """Base of all; parameters are in the unit of the input, values lie within ``support``."""

    label: ClassVar[Text]

    @property
    def support(self) -> tuple[float, float]:
        """Lowest and highest value that can be drawn."""
        raise NotImplementedError


@dataclass(frozen=True)
class Uniform(Distribution):
    """Any value between low and high, all alike."""

    label = Text("均匀分布", "uniform")
    low: float
    high: float

    def __post_init__(self) -> None:
        _require_order(self.low, self.high)

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high


@dataclass(frozen=True)
class Triangular(Distribution):
    """A density that rises in a straight line from low to mode and falls in one to high."""

    label = Text("三角分布", "triangular")
    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _require_order(self.low, self.mode, self.high)

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high


@dataclass(frozen=True)
class Pert(Triangular):
    """Beta distribution on [low, high] with mean (low + 4 mode + high)/6 (Malcolm et al., 1959)."""

    label = Text("PERT 分布", "PERT")


@dataclass(frozen=True)
class Normal(Distribution):
    """Normal distribution with this mean and standard deviation before it is cut off at low, and at high if there is one."""

    label = Text("截断正态分布", "truncated normal")
    mean: float
    sd: float
    low: float
    high: float | None = None

    def __post_init__(self) -> None:
        _require_finite(self.mean, self.sd)
        _require_positive("标准差", "sd", self.sd)
        _require_order(self.low, *([] if self.high is None else [self.high]))
        low, high = self.support
        _require_near((low - self.mean) / self.sd, (high - self.mean) / self.sd)

    @property
    def support(self) -> tuple[float, float]:
        return self.low, math.inf if self.high is None else self.high


@dataclass(frozen=True)
class Lognormal(Distribution):
    """Its logarithm is normal with mean log(median) and standard deviation sigma before any cut at bounds."""

    label = Text("对数正态分布", "lognormal")
    median: float
    sigma: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        given = [bound for bound in (self.low, self.high) if bound is not None]
        _require_finite(self.median, self.sigma)
        _require_positive("中位数", "median", self.median)
        _require_positive("对数标准差", "sigma", self.sigma)
        _require_order(0.0, *given)
        low, high = self.support
        _require_near(
            math.log(low / self.median) / self.sigma if low > 0.0 else -math.inf,
            math.log(high / self.median) / self.sigma if high > 0.0 else -math.inf,
        )

    @property
    def support(self) -> tuple[float, float]:
        return self.low or 0.0, math.inf if self.high is None else self.high


@dataclass(frozen=True)
class Beta(Distribution):
    """Beta distribution with these two shapes, stretched over [low, high]; its mean is low + (high − low) first/(first + second)."""

    label = Text("贝塔分布", "beta")
    first: float
    second: float
    low: float
    high: float

    def __post_init__(self) -> None:
        _require_order(self.low, self.high)
        for shape in (self.first, self.second):
            _require_finite(shape)
            if not SHAPES[0] <= shape <= SHAPES[1]:
                between = f"{SHAPES[0]:g}", f"{SHAPES[1]:g}"
                raise DistributionError(
                    Text(f"形状参数应在 {between[0]} 至 {between[1]} 之间：{shape}", f"a shape is not between {between[0]} and {between[1]}: {shape}")
                )  # fmt: skip

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high


@dataclass(frozen=True)
class Discrete(Distribution):
    """One of these values, rising, each with its probability; together 1."""

    label = Text("离散分布", "discrete")
    values: tuple[float, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        _require_finite(*self.values, *self.probabilities)
        if not self.values:
            raise DistributionError(Text("没有取值", "there are no values"))
        if list(self.values) != sorted(set(self.values)):
            raise DistributionError(Text("取值有重复", "a value stands there twice"))
        for probability in self.probabilities:
            _require_probability(probability)
        if abs(sum(self.probabilities) - 1.0) > 1e-9:
            total = f"{sum(self.probabilities):.12g}"
            raise DistributionError(Text(f"概率合计应为 1：{total}", f"the probabilities do not add up to 1: {total}"))

    @property
    def support(self) -> tuple[float, float]:
        return self.values[0], self.values[-1]


@dataclass(frozen=True)
class Empirical(Distribution):
    """One of the values that have been observed, all alike; they rise, and may be there more than once."""

    label = Text("经验分布", "empirical")
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        _require_finite(*self.values)
        if len(self.values) < 2:
            raise DistributionError(Text("观测值应不少于 2 个", "there are fewer than 2 values"))
        _require_order(*self.values)

    @property
    def support(self) -> tuple[float, float]:
        return self.values[0], self.values[-1]


@dataclass(frozen=True)
class Event(Distribution):
    """Something that happens with this probability; then the input has ``value``, otherwise what the scenario states."""

    label = Text("事件", "event")
    probability: float
    value: float

    def __post_init__(self) -> None:
        _require_finite(self.probability, self.value)
        _require_probability(self.probability)

    @property
    def support(self) -> tuple[float, float]:
        return self.value, self.value


@dataclass(frozen=True)
class MeanReverting(Distribution):
    """A value for every year: x[t] = x[t−1] + speed · (mean − x[t−1]) + sd · z[t] with standard normal z, cut off at low and high.

    The first year of the timeline has what the scenario states; a value that was cut off is what the next year goes on from.
    Vasicek's rate of interest in steps of a year ("An equilibrium characterization of the term structure", 1977); without the
    ends its variance tends to sd² ÷ (1 − (1 − speed)²).
    """

    label = Text("均值回归路径", "mean-reverting")
    mean: float
    speed: float
    sd: float
    low: float
    high: float

    def __post_init__(self) -> None:
        _require_finite(self.mean, self.speed, self.sd)
        _require_order(self.low, self.high)
        if not self.low <= self.mean <= self.high:
            raise DistributionError(
                Text(f"均值不在下限与上限之间：{self.mean}", f"mean is not between low and high: {self.mean}")
            )
        if not 0.0 < self.speed <= 1.0:
            raise DistributionError(
                Text(f"回归速度应大于 0、不超过 1：{self.speed}", f"speed is not above 0 and at most 1: {self.speed}")
            )
        if not self.sd >= 0.0:
            raise DistributionError(Text(f"标准差不应为负：{self.sd}", f"sd is negative: {self.sd}"))

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high


SHAPES = (0.5, 100.0)
"""Shapes of a beta distribution: below, it piles up at its ends; above, a normal distribution says as much."""

KINDS: dict[str, type[Distribution]] = {
    "triangular": Triangular,
    "pert": Pert,
    "uniform": Uniform,
    "normal": Normal,
    "lognormal": Lognormal,
    "beta": Beta,
    "discrete": Discrete,
    "empirical": Empirical,
    "event": Event,
    "path": MeanReverting,
}
"""Name in the scenario → distribution. The parameters of the first six are a list, in the order of the class."""


def _require_finite(*parameters: float) -> None:
    if not all(math.isfinite(parameter) for parameter in parameters):
        listed = ", ".join(str(parameter) for parameter in parameters)
        raise DistributionError(Text(f"参数不是有限的数：{listed}", f"not finite: {listed}"))


def _require_order(*parameters: float) -> None:
    _require_finite(*parameters)
    if list(parameters) != sorted(parameters):
        listed = ", ".join(str(parameter) for parameter in parameters)
        raise DistributionError(Text(f"应由低到高：{listed}", f"not in rising order: {listed}"))


def _require_positive(zh: str, en: str, parameter: float) -> None:
    if not parameter > 0.0:
        raise DistributionError(Text(f"{zh}应大于 0：{parameter}", f"{en} is not above 0: {parameter}"))


def _require_probability(probability: float) -> None:
    if not 0.0 <= probability <= 1.0:
        raise DistributionError(
            Text(f"概率应在 0 与 1 之间：{probability}", f"a probability is not between 0 and 1: {probability}")
        )


def _require_near(low: float, high: float) -> None:
    """Refuses bounds, in standard deviations, between which the probability is too small to compute with."""
    if low > 37.0 or high < -37.0:
        raise DistributionError(
            Text("上下限离中心超过 37 个标准差", "the bounds lie more than 37 standard deviations off")
        )
