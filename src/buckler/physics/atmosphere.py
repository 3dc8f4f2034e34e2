"""The U.S. Standard Atmosphere 1976: temperature, pressure, density and speed of sound against height.

Source: NOAA/NASA/USAF, "U.S. Standard Atmosphere, 1976", NOAA-S/T 76-1562 (NASA-TM-X-74335); equation, table and page
numbers below are that document's. Heights are geometric, above mean sea level.

- To 86 km: the document's closed form in seven geopotential layers, exact. Between 80 and 86 km the kinetic
  temperature is the molecular-scale one times M/M0 (table 8); pressure, density and the speed of sound follow the
  molecular-scale temperature.
- 86 to 1000 km: temperature by the document's closed forms (equations 25, 27, 29, 31). The document obtains densities
  by integrating the diffusion of six gases and prints them; here its printed densities are interpolated linearly in
  their logarithm and its printed mean molar masses linearly, and pressure is rho R* T/M. That gives the rows printed
  between the nodes to 0.5 %; the real air there varies tenfold with the sun.
- The document gives no speed of sound above 86 km; here it goes on as sqrt(gamma R* T/M), and means less and less: the
  mean free path grows from a centimetre at 86 km to metres at 120 km.
- Above 1000 km the kernels return no air at all (density 0) and the temperature and speed of sound of 1000 km; below
  -5 km they carry the lowest layer on. The public function refuses both.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from buckler.compiled import kernel
from buckler.errors import OutOfRangeError
from buckler.physics.arguments import Floats, finite

LOWEST_M: Final = -5_000.0
"""Where the document's tables begin."""
HIGHEST_M: Final = 1_000_000.0
"""Where the document's tables end."""
TOP_OF_LAYERS_M: Final = 86_000.0
"""Below, closed form; above, the document's printed densities."""

GAS_CONSTANT_J_PER_KMOL_K: Final = 8314.32
"""R*, table 2 (the document's own value, not today's)."""
MOLAR_MASS_KG_PER_KMOL: Final = 28.9644
"""M0, mean molar mass at sea level."""
EFFECTIVE_RADIUS_M: Final = 6_356_766.0
"""r0, table 2."""
SEA_LEVEL_GRAVITY_MPS2: Final = 9.80665
"""g0, table 2."""
HEAT_CAPACITY_RATIO: Final = 1.40
"""gamma, table 2."""

_R: Final = GAS_CONSTANT_J_PER_KMOL_K
_M0: Final = MOLAR_MASS_KG_PER_KMOL
_HYDROSTATIC: Final = SEA_LEVEL_GRAVITY_MPS2 * _M0 / _R
"""g0' M0/R*, kelvin per geopotential metre."""


def _locked(values: list[float]) -> Floats:
    array = np.array(values)
    array.flags.writeable = False
    return array


# Table 4: base heights (geopotential metres; the last is 86 km geometric) and lapse rates (K per geopotential metre).
_TOP_M: Final = EFFECTIVE_RADIUS_M * TOP_OF_LAYERS_M / (EFFECTIVE_RADIUS_M + TOP_OF_LAYERS_M)
_BASE_M: Final = _locked([0.0, 11e3, 20e3, 32e3, 47e3, 51e3, 71e3, _TOP_M])
_LAPSE: Final = _locked([-6.5e-3, 0.0, 1e-3, 2.8e-3, 0.0, -2.8e-3, -2e-3])


def _bases() -> tuple[Floats, Floats]:
    """Temperature and pressure at the base of each layer and at 86 km (equations 23, 33a, 33b)."""
    temperature = [288.15]
    pressure = [101_325.0]
    for layer in range(len(_LAPSE)):
        thickness = float(_BASE_M[layer + 1] - _BASE_M[layer])
        lapse = float(_LAPSE[layer])
        top = temperature[-1] + lapse * thickness
        if lapse == 0.0:
            pressure.append(pressure[-1] * exp(-_HYDROSTATIC * thickness / temperature[-1]))
        else:
            pressure.append(pressure[-1] * (temperature[-1] / top) ** (_HYDROSTATIC / lapse))
        temperature.append(top)
    return _locked(temperature), _locked(pressure)


_BASE_K, _BASE_PA = _bases()

# Table 8: M/M0 from 80 km to 86 km geometric, every 500 m.
_MASS_RATIO: Final = _locked([
    1.0, 0.999996, 0.999989, 0.999971, 0.999941, 0.999909, 0.999870,
    0.999829, 0.999786, 0.999741, 0.999694, 0.999641, 0.999579,
])  # fmt: skip

# Table I, pages 68-73: geometric height in km, density in kg/m^3. First node: the closed form's end (printed 6.958e-6).
_DENSITY_ROWS: Final = (
    (87, 5.824e-6), (88, 4.875e-6), (89, 4.081e-6), (90, 3.416e-6), (91, 2.860e-6), (92, 2.393e-6), (93, 2.000e-6),
    (94, 1.670e-6), (95, 1.393e-6), (96, 1.162e-6), (97, 9.685e-7), (98, 8.071e-7), (99, 6.725e-7), (100, 5.604e-7),
    (102, 3.935e-7), (104, 2.769e-7), (106, 1.954e-7), (108, 1.381e-7), (110, 9.708e-8), (112, 6.838e-8),
    (114, 4.975e-8), (116, 3.720e-8), (118, 2.847e-8), (120, 2.222e-8), (122, 1.767e-8), (124, 1.428e-8),
    (126, 1.171e-8), (128, 9.717e-9), (130, 8.152e-9), (132, 6.904e-9), (134, 5.897e-9), (136, 5.074e-9),
    (138, 4.396e-9), (140, 3.831e-9), (142, 3.358e-9), (144, 2.958e-9), (146, 2.618e-9), (148, 2.326e-9),
    (150, 2.076e-9), (155, 1.585e-9), (160, 1.233e-9), (165, 9.750e-10), (170, 7.815e-10), (175, 6.339e-10),
    (180, 5.194e-10), (185, 4.295e-10), (190, 3.581e-10), (195, 3.006e-10), (200, 2.541e-10), (205, 2.160e-10),
    (210, 1.846e-10), (215, 1.585e-10), (220, 1.367e-10), (225, 1.184e-10), (230, 1.029e-10), (235, 8.979e-11),
    (240, 7.858e-11), (245, 6.898e-11), (250, 6.073e-11), (255, 5.360e-11), (260, 4.742e-11), (265, 4.206e-11),
    (270, 3.738e-11), (275, 3.329e-11), (280, 2.971e-11), (285, 2.656e-11), (290, 2.378e-11), (295, 2.133e-11),
    (300, 1.916e-11), (310, 1.552e-11), (320, 1.264e-11), (340, 8.503e-12), (360, 5.805e-12), (380, 4.013e-12),
    (400, 2.803e-12), (420, 1.975e-12), (440, 1.402e-12), (460, 1.002e-12), (480, 7.208e-13), (500, 5.215e-13),
    (525, 3.509e-13), (550, 2.384e-13), (575, 1.637e-13), (600, 1.137e-13), (625, 7.998e-14), (650, 5.712e-14),
    (675, 4.148e-14), (700, 3.070e-14), (725, 2.318e-14), (750, 1.788e-14), (775, 1.410e-14), (800, 1.136e-14),
    (825, 9.339e-15), (850, 7.824e-15), (875, 6.664e-15), (900, 5.759e-15), (925, 5.038e-15), (950, 4.453e-15),
    (975, 3.968e-15), (1000, 3.561e-15),
)  # fmt: skip

# Table I: geometric height in km and mean molar mass in kg/kmol. The first node is M0 times the last ratio of table 8.
_MASS_ROWS: Final = (
    (87, 28.95), (88, 28.94), (89, 28.93), (90, 28.91), (91, 28.89), (93, 28.82), (95, 28.73), (97, 28.62), (99, 28.48),
    (101, 28.30), (103, 28.10), (105, 27.88), (107, 27.64), (109, 27.39), (111, 27.14), (113, 26.90), (115, 26.68),
    (117, 26.48), (120, 26.20), (125, 25.80), (130, 25.44), (140, 24.75), (150, 24.10), (160, 23.49), (170, 22.90),
    (180, 22.34), (190, 21.81), (200, 21.30), (210, 20.83), (220, 20.37), (230, 19.95), (240, 19.56), (250, 19.19),
    (260, 18.85), (270, 18.53), (280, 18.24), (290, 17.97), (300, 17.73), (320, 17.29), (340, 16.91), (360, 16.57),
    (380, 16.27), (400, 15.98), (420, 15.70), (440, 15.40), (460, 15.08), (480, 14.73), (500, 14.33), (525, 13.76),
    (550, 13.09), (575, 12.34), (600, 11.51), (625, 10.62), (650, 9.72), (675, 8.83), (700, 8.00), (725, 7.24),
    (750, 6.58), (775, 6.01), (800, 5.54), (825, 5.16), (850, 4.85), (875, 4.60), (900, 4.40), (925, 4.25), (950, 4.12),
    (975, 4.02), (1000, 3.94),
)  # fmt: skip

_DENSITY_AT_M: Final = _locked([TOP_OF_LAYERS_M] + [1000.0 * km for km, _ in _DENSITY_ROWS])
_LOG_DENSITY: Final = _locked(
    [log(_BASE_PA[7] * _M0 / (_R * _BASE_K[7]))] + [log(density) for _, density in _DENSITY_ROWS]
)
_MASS_AT_M: Final = _locked([TOP_OF_LAYERS_M] + [1000.0 * km for km, _ in _MASS_ROWS])
_MASS: Final = _locked([_M0 * float(_MASS_RATIO[12])] + [mass for _, mass in _MASS_ROWS])


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def geopotential_height(height_m: float) -> float:
    """Geopotential height H = r0 Z/(r0 + Z), metres, of a geometric one: equation 18 (Gamma = 1)."""
    return EFFECTIVE_RADIUS_M * height_m / (EFFECTIVE_RADIUS_M + height_m)


@kernel
def _layer(height_m: float) -> tuple[float, float]:
    """Molecular-scale temperature (K) and pressure (Pa) to 86 km: equations 23, 33a and 33b."""
    geopotential = geopotential_height(height_m)
    layer = 6
    while layer > 0 and geopotential < _BASE_M[layer]:
        layer -= 1
    rise = geopotential - _BASE_M[layer]
    lapse = _LAPSE[layer]
    base = _BASE_K[layer]
    if lapse == 0.0:
        return base, _BASE_PA[layer] * exp(-_HYDROSTATIC * rise / base)
    temperature = base + lapse * rise
    return temperature, _BASE_PA[layer] * (base / temperature) ** (_HYDROSTATIC / lapse)


@kernel
def _between(at: Floats, values: Floats, x: float) -> float:
    """Linear interpolation in a table of rising `at`; x within it."""
    low = 0
    high = at.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if at[middle] <= x:
            low = middle
        else:
            high = middle
    return float(values[low] + (values[high] - values[low]) * (x - at[low]) / (at[high] - at[low]))


@kernel
def _upper_temperature(height_m: float) -> float:
    """Kinetic temperature above 86 km, K: equations 25, 27, 29 and 31."""
    km = 1e-3 * min(height_m, HIGHEST_M)
    if km <= 91.0:
        return 186.8673
    if km <= 110.0:
        return 263.1905 - 76.3232 * sqrt(1.0 - ((km - 91.0) / 19.9429) ** 2)
    if km <= 120.0:
        return 240.0 + 12.0 * (km - 110.0)
    radius = 1e-3 * EFFECTIVE_RADIUS_M
    return 1000.0 - 640.0 * exp(-0.01875 * (km - 120.0) * (radius + 120.0) / (radius + km))


@kernel
def temperature(height_m: float) -> float:
    """Kinetic temperature, K, at a geometric height."""
    if height_m > TOP_OF_LAYERS_M:
        return _upper_temperature(height_m)
    scale, _ = _layer(height_m)
    if height_m <= 80e3:
        return scale
    position = (height_m - 80e3) / 500.0
    node = min(int(position), 11)
    return float(scale * (_MASS_RATIO[node] + (_MASS_RATIO[node + 1] - _MASS_RATIO[node]) * (position - node)))


@kernel
def density(height_m: float) -> float:
    """Density, kg/m^3, at a geometric height.

    Equation 42 (rho = p M0/(R* T_M)) to 86 km, printed values above, 0 over 1000 km.
    """
    if height_m > TOP_OF_LAYERS_M:
        if height_m > HIGHEST_M:
            return 0.0
        return exp(_between(_DENSITY_AT_M, _LOG_DENSITY, height_m))
    scale, pressure_pa = _layer(height_m)
    return pressure_pa * _M0 / (_R * scale)


@kernel
def pressure(height_m: float) -> float:
    """Pressure, Pa, at a geometric height: equations 33a and 33b to 86 km; rho R* T/M above; 0 over 1000 km."""
    if height_m > TOP_OF_LAYERS_M:
        if height_m > HIGHEST_M:
            return 0.0
        return density(height_m) * _R * _upper_temperature(height_m) / _between(_MASS_AT_M, _MASS, height_m)
    _, pressure_pa = _layer(height_m)
    return pressure_pa


@kernel
def speed_of_sound(height_m: float) -> float:
    """Speed of sound, m/s, at a geometric height.

    Equation 50 (sqrt(gamma R* T_M/M0)) to 86 km; sqrt(gamma R* T/M) above.
    """
    if height_m > TOP_OF_LAYERS_M:
        mass = _between(_MASS_AT_M, _MASS, min(height_m, HIGHEST_M))
        return sqrt(HEAT_CAPACITY_RATIO * _R * _upper_temperature(height_m) / mass)
    scale, _ = _layer(height_m)
    return sqrt(HEAT_CAPACITY_RATIO * _R * scale / _M0)


@kernel
def density_and_sound(height_m: float) -> tuple[float, float]:
    """`density` and `speed_of_sound` at once, for drag: below 86 km the layer is evaluated once."""
    if height_m > TOP_OF_LAYERS_M:
        return density(height_m), speed_of_sound(height_m)
    scale, pressure_pa = _layer(height_m)
    specific = _R * scale / _M0
    return pressure_pa / specific, sqrt(HEAT_CAPACITY_RATIO * specific)


@kernel
def _air_array(height_m: Floats, out: Floats) -> None:
    for i in range(height_m.size):
        out[i, 0] = temperature(height_m[i])
        out[i, 1] = pressure(height_m[i])
        out[i, 2] = density(height_m[i])
        out[i, 3] = speed_of_sound(height_m[i])


# --- the public, array-friendly surface -------------------------------------------------------------------------------


class Air(NamedTuple):
    """The state of the air at a height, or arrays of it."""

    temperature_k: Any
    pressure_pa: Any
    density_kgpm3: Any
    speed_of_sound_mps: Any


def standard_atmosphere(height_m: npt.ArrayLike) -> Air:
    """Temperature, pressure, density and speed of sound at geometric heights from -5 km to 1000 km."""
    height = finite("height_m", height_m)
    outside = (height < LOWEST_M) | (height > HIGHEST_M)
    if np.any(outside):
        worst = height[outside][0] if height.ndim else height
        raise OutOfRangeError(
            f"height_m is {worst:g}: the U.S. Standard Atmosphere 1976 holds from {LOWEST_M:.0f} m to "
            f"{HIGHEST_M:.0f} m above sea level"
        )
    out = np.empty((height.size, 4))
    _air_array(height.ravel(), out)
    columns = out.reshape((*height.shape, 4))
    return Air(columns[..., 0][()], columns[..., 1][()], columns[..., 2][()], columns[..., 3][()])
