"""The cost of a search in queries, before it is run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from skdistill._validation import Number, OneOf
from skdistill.juntas._modes import agreements_needed, completions_needed, stage_delta
from skdistill.juntas._tolerant import MOST_VOTES, TRIALS, VOTES

__all__ = ["QueryBudget", "failure_chance", "membership_query_budget"]


def failure_chance(confidence: float) -> float:
    """One minus the confidence, in decimals: 0.01 for 0.99, without the error of a float."""
    return float(1 - Decimal(repr(float(confidence))))


@dataclass(frozen=True)
class QueryBudget:
    """Queries of a run, part by part; prints as a sentence.

    Parameters
    ----------
    search : int
        Binary searches for the variables, with the rows queried twice.
    cells : int
        Entries of the truth table.
    tests : int
        Fresh rows that show that no variable is missing.
    worst : int
        An upper bound on all together, where every stage is tested in full
        before the next variable shows.

    Examples
    --------
    >>> from skdistill.juntas import QueryBudget
    >>> print(QueryBudget(search=60, cells=64, tests=698, worst=5000))
    about 822 queries (60 to search, 64 for the table, 698 to test), at worst 5000
    """

    search: int
    cells: int
    tests: int
    worst: int

    @property
    def typical(self) -> int:
        """What most runs need: one full test, at the end."""
        return self.search + self.cells + self.tests

    def __str__(self) -> str:
        return (
            f"about {self.typical} queries ({self.search} to search, {self.cells} for the table, "
            f"{self.tests} to test), at worst {self.worst}"
        )


def membership_query_budget(
    d: int,
    k: int,
    *,
    mode: str = "certified",
    max_variables: int | None = None,
    epsilon: float = 0.01,
    confidence: float = 0.99,
    n_values: int = 2,
    n_ways: int = 1,
) -> QueryBudget:
    """Return the number of queries of :class:`JuntaDistiller` for k relevant columns.

    Each variable costs a binary search over d columns, the table one query
    for each cell. On top of that comes what shows that nothing is missing: in the
    certified mode ln(1/delta') / -ln(1 - epsilon) fresh rows, whatever d and k
    are; in the exact mode, completions of every cell as long as fewer than
    ``max_variables`` variables are known.

    Parameters
    ----------
    d : int
        Number of columns.
    k : int
        Number of relevant columns.
    mode : {"certified", "exact", "tolerant"}, default="certified"
        As in :class:`JuntaDistiller`.
    max_variables : int, default=None
        The promise of the exact mode; k by default.
    epsilon : float, default=0.01
        Error that is tolerated; not for the exact mode.
    confidence : float, default=0.99
        Probability that the statement is right.
    n_values : int, default=2
        Levels of each column.
    n_ways : int, default=1
        Interior hybrids queried in one round.

    Returns
    -------
    budget : QueryBudget
        In the tolerant mode, for few candidates that fail; its worst case
        counts one for every relevant column.

    Raises
    ------
    ValueError
        If a number is out of range.

    See Also
    --------
    JuntaDistiller : The search.

    Examples
    --------
    >>> from skdistill.juntas import membership_query_budget
    >>> print(membership_query_budget(1000, 6))
    about 835 queries (73 to search, 64 for the table, 698 to test), at worst 5023
    >>> membership_query_budget(10**6, 10, mode="exact").typical
    1245
    """
    limit = k if max_variables is None else max_variables
    for name, value, rule in (
        ("d", d, Number(1, whole=True)),
        ("k", k, Number(0, d, whole=True)),
        ("mode", mode, OneOf("certified", "exact", "tolerant")),
        ("max_variables", limit, Number(k, d, whole=True)),
        ("epsilon", epsilon, Number(0, 1, closed="neither")),
        ("confidence", confidence, Number(0, 1, closed="neither")),
        ("n_values", n_values, Number(2, whole=True)),
        ("n_ways", n_ways, Number(1, whole=True)),
    ):
        if not rule.accepts(value):
            raise ValueError(f"{name} must be {rule}, got {value!r}.")
    delta = failure_chance(confidence)
    steps = math.ceil(math.log(d) / math.log(n_ways + 1) - 1e-12)
    search = k * (n_ways * steps + 2) + 1
    cells = n_values**k
    if mode == "exact":
        stages = [_completions(limit - s, limit, delta, n_values) * n_values**s for s in range(k)]
        tests = _completions(limit - k, limit, delta, n_values) * cells
        return QueryBudget(search, cells, tests, search + cells + tests + sum(stages))
    needed = [agreements_needed(epsilon, stage_delta(stage, delta)) for stage in range(k + 1)]
    if mode == "certified":
        return QueryBudget(search, cells, needed[-1], search + cells + sum(needed))
    search = 2 * k * (n_ways * steps + 2 * TRIALS)
    looks = [
        8 * agreements_needed(epsilon, stage_delta(stage, delta) / 4) for stage in range(k + 1)
    ]
    worst = search + MOST_VOTES * 2 * cells + sum(looks)
    return QueryBudget(search, VOTES * cells, looks[0] // 8, worst)


def _completions(unknown: int, limit: int, delta: float, n_values: int) -> int:
    """Fresh rows a cell in one stage of the exact mode."""
    groups = completions_needed(unknown, limit, delta, n_values)
    return groups * (n_values - 1 if unknown == 1 else n_values)
