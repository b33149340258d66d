"""One run of a search: from its parameters to what it proved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdistill.exceptions import OutOfQueriesError
from skdistill.juntas._modes import fill, run_certified, run_exact
from skdistill.juntas._proof import PromiseCertificate
from skdistill.juntas._rounds import QueryRounds
from skdistill.juntas._search import Search, StepsWithinTolerance, TooManyVariables
from skdistill.juntas._tolerant import TolerantSearch, run_tolerant
from skdistill.theory import FidelityCertificate, binomial_upper_bound

__all__ = ["AUTO_VARIABLES", "Outcome", "check_table_size", "run_search"]

# More variables than this are no table that anybody reads.
AUTO_VARIABLES = 12
_MAX_CELLS = 1 << 20


@dataclass
class Outcome:
    """How a run ended.

    Parameters
    ----------
    status : str
        See :class:`JuntaDistiller`.
    reason : str
        Why there is no truth table; empty where there is one.
    certificate : FidelityCertificate, PromiseCertificate or None
        What is proven of the student.
    """

    status: str
    reason: str
    certificate: Any


def check_table_size(domain: Any, mode: str, max_variables: int) -> int:
    """Maximum number of cells of the table of a run.

    Raises
    ------
    ValueError
        If the exact or tolerant mode could not query them all.
    """
    if mode != "certified" and not domain.finite:
        raise ValueError(
            f'mode="{mode}" queries about every value of a column, but the domain has continuous '
            'ranges. Use mode="certified", or give values instead of a Box.'
        )
    largest = np.sort(domain.n_values)[::-1][:max_variables].astype(float)
    cells = math.prod(np.maximum(largest, 1.0).tolist())
    if mode == "exact" and cells > _MAX_CELLS:
        raise ValueError(
            f'mode="exact" with max_variables={max_variables} may fill a truth table of '
            f"{cells:,.0f} cells, which costs as many queries; at most {_MAX_CELLS:,} are queried. "
            'Lower max_variables, give columns fewer values in domain, or use mode="certified", '
            "whose cost depends on what it finds."
        )
    if mode == "exact":
        return _MAX_CELLS
    return min(_MAX_CELLS, max(1 << AUTO_VARIABLES, 1 << min(max_variables, 20)))


def run_search(
    rounds: QueryRounds,
    domain: Any,
    rng: np.random.Generator,
    *,
    mode: str,
    max_variables: int,
    epsilon: float,
    delta: float,
    n_ways: int,
    n_parallel: int,
) -> tuple[Search, Outcome]:
    """Run one mode to its end, whatever that is.

    Returns
    -------
    search : Search
        With the student and the witnesses.
    outcome : Outcome
    """
    kind = TolerantSearch if mode == "tolerant" else Search
    search = kind(
        rounds,
        domain,
        rng,
        max_variables=max_variables,
        max_cells=check_table_size(domain, mode, max_variables),
        n_ways=n_ways,
        n_parallel=n_parallel,
    )
    run = {"certified": _certified, "exact": _exact, "tolerant": _tolerant}[mode]
    try:
        outcome = run(search, epsilon, delta)
        rounds.check_twins()
    except TooManyVariables:
        outcome = _exceeded(search)
    except StepsWithinTolerance:
        outcome = Outcome(
            "inconclusive",
            "the teacher differs from the student, but by steps that each stay within "
            f"tol={rounds.tol}: no single column explains them. Lower tol",
            None,
        )
    except OutOfQueriesError:
        _query_anchor(search)
        outcome = Outcome(
            "max_queries_reached",
            f"{_budget_of(rounds)} was reached before the end "
            f"({len(search.student.columns)} columns are proven so far). Raise max_queries",
            None,
        )
    return search, outcome


def _budget_of(rounds: QueryRounds) -> str:
    own = rounds.oracle.max_queries
    return "the budget of the teacher's Oracle" if own is None else f"max_queries={own}"


def _query_anchor(search: Search) -> None:
    """A student of no column at least, where the budget ended before the first prediction."""
    if search.student.tabled and not search.student.known.any():
        anchor = np.zeros(1, dtype=np.int64)
        (prediction,) = search.rounds.query(search.student.cells(anchor))
        search.student.learn(anchor, prediction)


def _certified(search: Search, epsilon: float, delta: float) -> Outcome:
    n_tests, spent = run_certified(search, epsilon, delta)
    fill(search)
    if n_tests == 0:
        n_found, n_rows = len(search.student.columns), search.rounds.n_queries
        certificate: Any = PromiseCertificate(search.domain.varying, n_found, 0.0, n_rows)
        return Outcome("exact", _no_table(search), certificate)
    bound = float(binomial_upper_bound(0, n_tests, spent))
    certificate = FidelityCertificate(
        bound, 0.0, n_tests, 0, delta, "clopper-pearson", _loss(search), search.domain.source, 0
    )
    return Outcome("certified", _no_table(search), certificate)


def _exact(search: Search, epsilon: float, delta: float) -> Outcome:
    certain = run_exact(search, delta)
    certificate = PromiseCertificate(
        search.max_variables,
        len(search.student.columns),
        0.0 if certain else delta,
        search.rounds.n_queries,
    )
    return Outcome("exact", _no_table(search), certificate)


def _tolerant(search: Any, epsilon: float, delta: float) -> Outcome:
    n_rows, n_outvoted, bound = run_tolerant(search, epsilon, delta)
    certificate = FidelityCertificate(
        bound,
        n_outvoted / n_rows,
        n_rows,
        n_outvoted,
        delta,
        "clopper-pearson",
        _loss(search),
        search.domain.source,
        0,
    )
    if bound <= epsilon:
        return Outcome("certified", "", certificate)
    return Outcome(
        "inconclusive",
        f"the teacher differs from the best student on {n_outvoted} of {n_rows} fresh rows, and "
        f"no column explains it: more than epsilon={epsilon:g} cannot be excluded (the bound is "
        f"{bound:.3g}). Raise epsilon if the teacher is that noisy",
        certificate,
    )


def _loss(search: Search) -> str:
    tol = search.rounds.tol
    return "disagree" if tol == 0 else f"differ by more than {tol:g}"


def _no_table(search: Search) -> str:
    """Why there is no table although the student is proven."""
    if search.student.tabled:
        return ""
    if 0 in search.student.sizes:
        return (
            "a relevant column has a continuous range, so it has no finite table: predict queries "
            "the teacher about anchored rows"
        )
    return (
        f"it would have {search.student.n_cells:,} cells, more than {search.student.max_cells:,}: "
        "predict queries the teacher about anchored rows. Give columns fewer values in domain"
    )


def _exceeded(search: Search) -> Outcome:
    found = len(search.student.columns)
    if found <= search.max_variables:  # tolerant mode: too many cells to vote on
        reason = f"the table of its {found} columns has too many cells to vote on"
    else:
        reason = (
            f"the teacher is no junta of max_variables={search.max_variables}: {found} columns "
            "are proven relevant, each by a witness. Raise max_variables if it may have more, or "
            "distil another kind of student"
        )
    return Outcome("max_variables_exceeded", reason, None)
