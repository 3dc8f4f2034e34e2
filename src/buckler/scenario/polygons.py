"""Polygons on the map, in the plane of latitude and longitude: straight sides there, no pole and no date line within."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]
"""Latitude and longitude, degrees."""


def _turn(a: Point, b: Point, c: Point) -> float:
    """Twice the area of the triangle a, b, c: above 0 where it turns one way, below 0 the other way."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _between(a: Point, b: Point, p: Point) -> bool:
    """Whether a point on the line through a and b lies on the side from a to b."""
    return min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])


def meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the sides a-b and c-d have a point in common."""
    one, two, three, four = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    return (
        _cross(a, b, c, d)
        or (one == 0.0 and _between(a, b, c))
        or (two == 0.0 and _between(a, b, d))
        or (three == 0.0 and _between(c, d, a))
        or (four == 0.0 and _between(c, d, b))
    )


def inside(points: Sequence[Point], p: Point) -> bool:
    """Whether p lies in the polygon: an odd number of its sides is crossed on the way north."""
    odd = False
    for k, a in enumerate(points):
        b = points[k - 1]
        if (a[1] > p[1]) != (b[1] > p[1]):
            side_lat = a[0] + (p[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
            odd ^= side_lat > p[0]
    return odd


def crossing(points: Sequence[Point]) -> str | None:
    """What keeps the points from being the corners of one simple polygon; None if nothing does."""
    n = len(points)
    for k in range(n):
        if points[k] == points[k - 1]:
            return f"corner {k + 1} is the same as the one before it: write each corner once, and not the first again at the end"
        if abs(points[k][1] - points[k - 1][1]) > 180.0:
            return "a zone may not reach across the date line: make two of it"
    for i in range(n):
        for j in range(i + 1, n):
            a, b, c, d = points[i], points[(i + 1) % n], points[j], points[(j + 1) % n]
            neighbours = j == i + 1 or (i == 0 and j == n - 1)
            if neighbours:
                shared, far, other = (b, a, d) if j == i + 1 else (a, b, c)
                folds = _turn(far, shared, other) == 0.0 and (_between(shared, far, other) or _between(shared, other, far))
                if not folds:
                    continue
            elif not meet(a, b, c, d):
                continue
            return (
                f"the polygon crosses itself: the side from corner {i + 1} to {(i + 1) % n + 1} meets that from corner {j + 1} to "
                f"{(j + 1) % n + 1}; write the corners in order, once round"
            )
    return None


def _within(points: Sequence[Point], p: Point) -> bool:
    """Whether p lies in the polygon and on none of its sides."""
    on_a_side = any(
        _turn(points[k - 1], points[k], p) == 0.0 and _between(points[k - 1], points[k], p) for k in range(len(points))
    )
    return not on_a_side and inside(points, p)


def _probes(points: Sequence[Point]) -> list[Point]:
    """Corners, the middles of the sides, and a place within the polygon."""
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(points, (*points[1:], points[0]), strict=True)]
    lows = sorted({lon for _, lon in points})[:2]
    lon = sum(lows) / 2
    cuts = sorted(
        a[0] + (lon - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
        for a, b in zip(points, (*points[1:], points[0]), strict=True)
        if (a[1] > lon) != (b[1] > lon)
    )
    return [*points, *middles, ((cuts[0] + cuts[1]) / 2, lon)]


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the sides a-b and c-d cut through each other, touching not counted."""
    one, two, three, four = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    return one * two < 0.0 and three * four < 0.0


def overlap(one: Sequence[Point], two: Sequence[Point]) -> bool:
    """Whether two simple polygons have an area in common; a common border is none."""
    return (
        any(_within(two, p) for p in _probes(one))
        or any(_within(one, p) for p in _probes(two))
        or any(_cross(one[i - 1], one[i], two[j - 1], two[j]) for i in range(len(one)) for j in range(len(two)))
    )
