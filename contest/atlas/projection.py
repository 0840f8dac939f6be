"""From longitude and latitude to a flat map on which equal areas stay equal.

Pure: only mathematics. Made for Kazakhstan, whose breadth of forty degrees needs a conic projection.
"""

from __future__ import annotations

from math import cos, radians, sin, sqrt

#: The standard parallels lie a sixth of the country's height inside its south and north (Deetz and Adams).
PARALLELS = (43.0, 53.0)
ORIGIN = (67.0, 48.0)


def albers(
    longitude: float,
    latitude: float,
    *,
    parallels: tuple[float, float] = PARALLELS,
    origin: tuple[float, float] = ORIGIN,
) -> tuple[float, float]:
    """Albers' equal-area conic projection of a point on a sphere of radius 1.

    Parameters
    ----------
    longitude, latitude : float
        In degrees, east and north.
    parallels : pair of float
        The latitudes on which nothing is stretched.
    origin : pair of float
        Longitude and latitude of the point (0, 0).

    Returns
    -------
    x, y : float
        In radii of the sphere; x grows to the east and y to the north of the origin.

    Notes
    -----
    With the standard parallels p1 and p2, the origin (l0, p0), n = (sin p1 + sin p2) / 2 and
    C = cos² p1 + 2 n sin p1, a point (l, p) lies at r = sqrt(C - 2 n sin p) / n from the cone's tip and at
    the angle t = n (l - l0); so x = r sin t and y = r0 - r cos t [1]_. The earth is taken for a sphere: its
    flattening is not seen at the size of our map.

    References
    ----------
    .. [1] Snyder, J. P. (1987). Map Projections: A Working Manual. U.S. Geological Survey Professional
       Paper 1395, equations 14-1 to 14-6.

    Examples
    --------
    >>> albers(67.0, 48.0)
    (0.0, 0.0)
    """
    first, second = (radians(parallel) for parallel in parallels)
    n = (sin(first) + sin(second)) / 2
    c = cos(first) ** 2 + 2 * n * sin(first)
    r, r0 = (sqrt(c - 2 * n * sin(radians(one))) / n for one in (latitude, origin[1]))
    turned = n * radians(longitude - origin[0])
    return r * sin(turned), r0 - r * cos(turned)
