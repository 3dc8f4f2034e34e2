"""The engine's model once more, in plain Python objects: the benchmark's yardstick, and the oracle of its events.

A second implementation of `buckler.engine`, written from its descriptions as one writes a simulation in Python: radars, tracks,
command posts, batteries and shots are objects with methods, the calendar is a `heapq`, arithmetic is `math`; no NumPy and no
numba inside. Facts come from a compiled World (its arrays turned into lists once, at the door); luck comes from Threefry in
Python integers, at the same addresses. So the same World, seed and replication must give the same events as the engine:
kind, subject, object, cause and reason exactly, times, places and values to rounding.

Where it goes another way than the engine on purpose, so that a mistake in one shows: the generator in the round-and-swap form
of its paper, geodetic positions by Bowring's iteration, detection probability as Pfa^(1/(1+SNR)), candidates sorted once
instead of searched again and again, the looking up of fly-out cells by bisection of the nodes.

Not here: lobes of sea and ground (tests/coverage_products/test_coverage_lobes.py); patrols, whose sorties dash, launch and
come back (tests/engine/test_patrols.py); of a doctrine what is more than salvos, bands of height and range, classes and hold: zones,
orders, hand-down, reserves, a least kill probability (tests/engine/test_doctrine.py); filtered pictures and traffic
(tests/engine/test_filtered_picture.py, test_identify.py). A World that asks for one of them is refused; a bound on the engagements
of one target is not kept.
"""

from benchmarks.plain.earth import geodetic
from benchmarks.plain.events import Event
from benchmarks.plain.luck import threefry
from benchmarks.plain.model import PlainModel

__all__ = ["Event", "PlainModel", "geodetic", "threefry"]
