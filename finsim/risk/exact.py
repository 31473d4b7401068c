"""exp, log and the normal distribution with the same bits on every processor.

NumPy's `exp` and `log` and SciPy's `ndtr` and `ndtri` choose their algorithm by processor and differ in the
last digits. Here stand only operations whose result IEEE 754 prescribes to the last bit (+ - * / sqrt,
comparisons, rounding to an integer, scaling by a power of two), each in a NumPy call of its own so that no
two can be fused.

Every function takes a number or an array of any shape and returns a float64 array of that shape; NaN gives
NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# log(2) in two parts (Cody & Waite 1980): the first ends in zeros, so that a whole multiple of it is exact.
_LOG_2_HEAD = 6.93147180369123816490e-01
_LOG_2_TAIL = 1.90821492927058770002e-10


def exp(x: ArrayLike) -> Floats:
    """e to the power x; infinite above 709.78, 0 below -745.13.

    x = k log(2) + r with |r| <= log(2)/2, then a rational approximation in r (fdlibm, `e_exp.c`, Sun
    Microsystems 1993). Relative error below 2**-52.
    """
    # Beyond these limits the result is no float; inside them the power of two below fits its integer.
    limited = np.clip(np.asarray(x, dtype=np.float64), -746.0, 709.782712893384)
    power = np.rint(limited * 1.44269504088896338700)
    head = limited - power * _LOG_2_HEAD
    tail = power * _LOG_2_TAIL
    rest = head - tail
    square = rest * rest
    curve = rest - square * _polynomial(
        square,
        4.13813679705723846039e-08,
        -1.65339022054652515390e-06,
        6.61375632143793436117e-05,
        -2.77777777770155933842e-03,
        1.66666666666666019037e-01,
    )
    reduced = 1.0 - ((tail - rest * curve / (2.0 - curve)) - head)
    whole = np.where(np.isnan(power), 0.0, power).astype(np.int32)
    return np.asarray(np.where(np.greater(x, 709.782712893384), np.inf, np.ldexp(reduced, whole)))


def log(x: ArrayLike) -> Floats:
    """Natural logarithm; -inf at 0, NaN below.

    x = 2**k m with m between sqrt(1/2) and sqrt(2), then a series in (m-1)/(m+1) (fdlibm, `e_log.c`,
    Sun Microsystems 1993). Relative error below 2**-52.
    """
    values = np.asarray(x, dtype=np.float64)
    ordinary = (values > 0.0) & (values < np.inf)
    mantissa, exponent = np.frexp(np.where(ordinary, values, 1.0))
    small = mantissa < 0.70710678118654752440
    fraction = np.where(small, mantissa + mantissa, mantissa) - 1.0
    power = np.where(small, exponent - 1, exponent).astype(np.float64)
    quotient = fraction / (2.0 + fraction)
    square = quotient * quotient
    series = square * _polynomial(
        square,
        1.479819860511658591e-01,
        1.531383769920937332e-01,
        1.818357216161805012e-01,
        2.222219843214978396e-01,
        2.857142874366239149e-01,
        3.999999999940941908e-01,
        6.666666666666735130e-01,
    )
    half = 0.5 * fraction * fraction
    small_part = half - (quotient * (half + series) + power * _LOG_2_TAIL)
    result = power * _LOG_2_HEAD - (small_part - fraction)
    extreme = np.where(values == 0.0, -np.inf, np.where(values == np.inf, np.inf, np.nan))
    return np.where(ordinary, result, extreme)


def ndtr(x: ArrayLike) -> Floats:
    """Probability that a standard normal variable is at most x.

    Three rational approximations (Cody, "Rational Chebyshev approximations for the error function",
    Mathematics of Computation 23, 1969, in the form of his ANORM, Algorithm 715). Absolute error below 2e-16;
    in the lower tail, down to x = -37, relative error below 1e-15.
    """
    values = np.asarray(x, dtype=np.float64)
    size = np.abs(values)
    result = np.full_like(values, np.nan)

    centre = size <= 0.67448975
    value = values[centre]
    result[centre] = 0.5 + value * _ratio(value * value, _CENTRE_TOP, _CENTRE_BOTTOM)

    # Away from the centre: the probability beyond |x|, as a multiple of exp(-x²/2).
    middle = (size > 0.67448975) & (size <= 5.65685424949238019521)
    value = size[middle]
    result[middle] = _bell(value) * _ratio(value, _MIDDLE_TOP, _MIDDLE_BOTTOM)

    far = size > 5.65685424949238019521
    value = np.minimum(size[far], 40.0)  # beyond, the tail is below the smallest float
    inverse = 1.0 / (value * value)
    correction = inverse * _ratio(inverse, _FAR_TOP, _FAR_BOTTOM)
    result[far] = _bell(value) * ((0.39894228040143267794 - correction) / value)

    upper = values > 0.67448975
    result[upper] = 1.0 - result[upper]
    return result


def ndtri(p: ArrayLike) -> Floats:
    """The x at which `ndtr` is p; -inf at 0, inf at 1, NaN outside.

    Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37, 1988
    (PPND16). Relative error below 1e-15.
    """
    values = np.asarray(p, dtype=np.float64)
    offset = values - 0.5
    result = np.full_like(values, np.nan)

    centre = np.abs(offset) <= 0.425
    value = offset[centre]
    result[centre] = value * _ratio(0.180625 - value * value, _NEAR_TOP, _NEAR_BOTTOM)

    tail = (np.abs(offset) > 0.425) & (values > 0.0) & (values < 1.0)
    value = values[tail]
    lower = value < 0.5
    depth = np.sqrt(-log(np.where(lower, value, 1.0 - value)))
    size = _ratio(depth - 1.6, _TAIL_TOP, _TAIL_BOTTOM)
    deep = depth > 5.0
    size[deep] = _ratio(depth[deep] - 5.0, _DEEP_TOP, _DEEP_BOTTOM)
    result[tail] = np.where(lower, -size, size)

    result[values == 0.0] = -np.inf
    result[values == 1.0] = np.inf
    return result


def _bell(size: Floats) -> Floats:
    """exp(-size²/2). The square of the size cut to sixteenths is exact; what it leaves out is small."""
    sixteenths = np.trunc(size * 16.0)
    coarse = sixteenths / 16.0
    rest = (size - coarse) * (size + coarse)
    return _COARSE_BELL[sixteenths.astype(np.intp)] * exp(-0.5 * rest)


def _ratio(x: Floats, top: tuple[float, ...], bottom: tuple[float, ...]) -> Floats:
    """One polynomial over another."""
    return _polynomial(x, *top) / _polynomial(x, *bottom)


def _polynomial(x: Floats, *coefficients: float) -> Floats:
    """Horner's rule, highest power first."""
    result = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        result *= x
        result += coefficient
    return result


_SIXTEENTHS = np.arange(16.0 * 40.0 + 1.0) / 16.0
_COARSE_BELL = exp(-0.5 * _SIXTEENTHS * _SIXTEENTHS)  # of every size that occurs: none is above 40

# fmt: off
# Coefficients of Cody (1969), highest power first.
_CENTRE_TOP = (
    0.065682337918207449113, 2.2352520354606839287, 161.02823106855587881, 1067.6894854603709582,
    18154.981253343561249,
)
_CENTRE_BOTTOM = (
    1.0, 47.20258190468824187, 976.09855173777669322, 10260.932208618978205, 45507.789335026729956,
)
_MIDDLE_TOP = (
    1.0765576773720192317e-8, 0.39894151208813466764, 8.8831497943883759412, 93.506656132177855979,
    597.27027639480026226, 2494.5375852903726711, 6848.1904505362823326, 11602.651437647350124,
    9842.7148383839780218,
)
_MIDDLE_BOTTOM = (
    1.0, 22.266688044328115691, 235.38790178262499861, 1519.377599407554805, 6485.558298266760755,
    18615.571640885098091, 34900.952721145977266, 38912.003286093271411, 19685.429676859990727,
)
_FAR_TOP = (
    0.02307344176494017303, 0.21589853405795699, 0.1274011611602473639, 0.022235277870649807,
    0.001421619193227893466, 2.9112874951168792e-5,
)
_FAR_BOTTOM = (
    1.0, 1.28426009614491121, 0.468238212480865118, 0.0659881378689285515, 0.00378239633202758244,
    7.29751555083966205e-5,
)

# Coefficients of Wichura (1988), highest power first.
_NEAR_TOP = (
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
    1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0,
)
_NEAR_BOTTOM = (
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
    5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0,
)
_TAIL_TOP = (
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
    1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0,
    1.42343711074968357734e0,
)
_TAIL_BOTTOM = (
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
    1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
    2.05319162663775882187e0, 1.0,
)
_DEEP_TOP = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
    2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
    5.46378491116411436990e0, 6.65790464350110377720e0,
)
_DEEP_BOTTOM = (
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
    7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
    5.99832206555887937690e-1, 1.0,
)
# fmt: on
