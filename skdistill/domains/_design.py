"""Points that fill an input space evenly, on ``scipy.stats.qmc``."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy.stats import qmc

from skdistill._hashes import row_keys
from skdistill._rows import stack_rows, take_rows
from skdistill._validation import Number
from skdistill.domains._domain import Domain
from skdistill.domains._random import generator_of

__all__ = ["Design"]

# Of a finite space with at most so many points, those that are left are listed
# and chosen from; in a larger one a fresh point is nearly always a new one.
_LISTED = 1 << 20
_TRIES = 20


class Design:
    """A space-filling design, which can be continued: no point comes twice.

    Parameters
    ----------
    domain : Domain, or what its constructor takes
        The input space, such as a mapping from names to ranges.
    method : {"sobol", "halton", "lhs", "random"}, default="sobol"
        Scrambled Sobol' points, scrambled Halton points, a Latin hypercube, or
        independent random points.
    random_state : int, Generator, RandomState instance or None, default=None
        Seeds the points. With a number, Sobol' and Halton points are those of
        scipy's engines with that number.

    Attributes
    ----------
    n_points : int
        Number of points drawn so far.

    Raises
    ------
    ValueError
        If the method is unknown, or there are more columns than Sobol' points
        have (21,201).

    See Also
    --------
    Domain.sample : Independent rows, where repeats do not matter.
    scipy.stats.qmc : The points of the unit cube.

    Notes
    -----
    Sobol' points are best drawn in powers of two (64, then 64 more, then 128).
    A Latin hypercube has exactly one point in each of the n equally likely
    slices of every column; continued by a multiple of the points that it has,
    it is one again, and otherwise as nearly as the earlier points allow.

    Columns of few values make points meet: repeats are left out and the next
    points take their place. In a finite space the last points are chosen at
    random among those that are left.

    References
    ----------
    .. [1] C. J. Sallaberry, J. C. Helton, S. C. Hora, "Extension of Latin
       hypercube samples with correlated variables", Reliability Engineering &
       System Safety 93 (2008). :doi:`10.1016/j.ress.2007.04.005`

    Examples
    --------
    >>> from skdistill.domains import Design, Integers
    >>> design = Design({"speed": (5, 50), "lanes": Integers(1, 4)}, random_state=0)
    >>> first = design.draw(8)
    >>> first["lanes"].value_counts().sort_index().tolist()
    [2, 2, 2, 2]
    >>> more = design.draw(8)
    >>> design.n_points
    16
    """

    def __init__(self, domain: Any, method: str = "sobol", random_state: Any = None):
        self.domain = domain if isinstance(domain, Domain) else Domain(domain)
        self.method = method
        self._rng = generator_of(random_state)
        self._source = _source_of(method, self.domain.n_features, self._rng)
        self._keys: np.ndarray | None = None

    @property
    def n_points(self) -> int:
        """Number of points drawn so far."""
        return 0 if self._keys is None else len(self._keys)

    def draw(self, n: int) -> Any:
        """Return the next points.

        Parameters
        ----------
        n : int
            How many.

        Returns
        -------
        X : ndarray or DataFrame of shape (n, n_features)
            Rows of the domain, all different from each other and from those
            drawn before.

        Raises
        ------
        ValueError
            If the domain has not so many points left; none is drawn then.

        Examples
        --------
        >>> from skdistill.domains import Design
        >>> design = Design({"colour": ["red", "blue"], "size": [1, 2, 3]}, random_state=0)
        >>> len(design.draw(5))
        5
        >>> design.draw(2)
        Traceback (most recent call last):
        ...
        ValueError: The domain has 6 different points, of which 5 were drawn: 2 more ...
        """
        if not Number(0, whole=True).accepts(n):
            raise ValueError(f"n must be an integer >= 0, got {n!r}.")
        size = self.domain.size
        if n > size - self.n_points:
            raise ValueError(
                f"The domain has {size:,} different points, of which {self.n_points} were drawn: "
                f"{n} more cannot be drawn without repeats. Draw at most "
                f"{int(size) - self.n_points}, or widen the domain."
            )
        rows = self._new(self._source.draw(n))
        for _ in range(_TRIES):
            missing = n - rows.shape[0]
            if missing == 0:
                break
            rows = stack_rows(rows, self._new(self._source.more(missing), rows))
        if rows.shape[0] < n:
            rows = stack_rows(rows, self._left(n - rows.shape[0], rows))
        self._keys = self._known(rows)
        return rows

    def _known(self, rows: Any | None) -> np.ndarray:
        """Keys of all points drawn, and of some more."""
        parts = [] if self._keys is None else [self._keys]
        parts += [] if rows is None else [row_keys(rows)]
        return np.concatenate(parts) if parts else np.empty(0, row_keys(np.empty((0, 1))).dtype)

    def _new(self, U: np.ndarray, rows: Any | None = None) -> Any:
        """Rows of points of the unit cube, without repeats and without known ones."""
        found = self.domain.from_unit(U)
        keys = row_keys(found)
        first = np.sort(np.unique(keys, return_index=True)[1])
        fresh = first[~np.isin(keys[first], self._known(rows))]
        return take_rows(found, fresh) if len(fresh) < len(keys) else found

    def _left(self, n: int, rows: Any) -> Any:
        """Some of the points of a finite space that were not drawn, at random."""
        size = self.domain.size
        if size > _LISTED:
            raise ValueError(
                f"No {n} new points were found: nearly all the probability of the domain lies on "
                f"the {self.n_points + rows.shape[0]} points drawn. Draw fewer, or give rare "
                "values more probability."
            )
        sizes = [int(part.size) for part in self.domain.parts]
        digits = np.stack(np.unravel_index(np.arange(int(size)), sizes), axis=1)
        U = np.empty(digits.shape)
        for j, part in enumerate(self.domain.parts):
            U[:, j] = _middles(part)[digits[:, j]]
        left = self._new(U, rows)
        return take_rows(left, np.sort(self._rng.permutation(left.shape[0])[:n]))


def _middles(part: Any) -> np.ndarray:
    """For each value of a finite part, a number of the unit interval that maps to it."""
    size = int(part.size)
    probabilities = getattr(part, "probabilities", None)
    if probabilities is not None:
        ends = np.cumsum(probabilities)
        return np.asarray(ends - probabilities / 2)
    if hasattr(part, "frozen"):
        values = part.low + np.arange(size)
        middles = part.frozen.cdf(values) - part.frozen.pmf(values) / 2
        return np.asarray(np.clip(middles, 0.0, 1.0))
    return (np.arange(size) + 0.5) / size


class _Engine:
    """Points of one of scipy's sequences."""

    def __init__(self, engine: Any):
        self._engine = engine

    def draw(self, n: int) -> np.ndarray:
        if n == 0:
            return np.empty((0, self._engine.d))
        with warnings.catch_warnings():
            # That other numbers than powers of two lose balance stands in the docs.
            warnings.simplefilter("ignore", UserWarning)
            return np.asarray(self._engine.random(n))

    more = draw


class _Random:
    """Independent points."""

    def __init__(self, d: int, rng: np.random.Generator):
        self._d, self._rng = d, rng

    def draw(self, n: int) -> np.ndarray:
        return self._rng.random((n, self._d))

    more = draw


class _LatinHypercube(_Random):
    """A Latin hypercube that grows: new points go to slices that are empty."""

    def __init__(self, d: int, rng: np.random.Generator):
        super().__init__(d, rng)
        self._points = np.empty((0, d))

    def draw(self, n: int) -> np.ndarray:
        total = len(self._points) + n
        U = np.empty((n, self._d))
        for j in range(self._d if n else 0):
            taken = np.floor(self._points[:, j] * total).astype(np.intp)
            empty = np.setdiff1d(np.arange(total), taken)
            slices = self._rng.permutation(empty)[:n]
            U[:, j] = (slices + self._rng.random(n)) / total
        # Rounding may reach the next slice, or one itself.
        U = np.minimum(U, np.nextafter(1.0, 0.0))
        self._points = np.concatenate([self._points, U])
        return U


def _source_of(method: Any, d: int, rng: np.random.Generator) -> Any:
    """Where points of the unit cube come from."""
    if method == "sobol":
        if d > qmc.Sobol.MAXDIM:
            raise ValueError(
                f'method="sobol" has points of at most {qmc.Sobol.MAXDIM:,} columns, but the '
                f'domain has {d:,}. Use method="lhs" or "random".'
            )
        return _Engine(_seeded(qmc.Sobol, d, rng))
    if method == "halton":
        return _Engine(_seeded(qmc.Halton, d, rng))
    if method in ("lhs", "random"):
        return (_LatinHypercube if method == "lhs" else _Random)(d, rng)
    raise ValueError(f'method must be "sobol", "halton", "lhs" or "random", got {method!r}.')


def _seeded(engine: Any, d: int, rng: np.random.Generator) -> Any:
    try:
        return engine(d, rng=rng)
    except TypeError:  # before scipy 1.15
        return engine(d, seed=rng)
