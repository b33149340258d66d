"""What a search by linear probes may cost.

A network's inner representation phi(x) may *linearly represent* the clauses
(conjunctions of literals) that lead to the nodes of a tree: then clause by
clause, a linear regression on phi shows which ones it holds, and the tree is
put together from those. The idea and the polynomial bound are from
E. Boix-Adserà, "Towards a theory of model distillation", arXiv:2403.09053; the
explicit constants are derived here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from skdistill._validation import Number
from skdistill.theory._checks import AT_LEAST_ONE, POSITIVE, check_number

__all__ = ["ProbeBudget", "linear_probe_budget", "linear_probe_threshold"]


def linear_probe_threshold(width: int) -> float:
    """Return the mean squared error below which a probe really sees a clause.

    Let c be the clause of w literals over the features S, coded 0/1, and x
    uniform on {0, 1}^d. Then c = 2^-w prod_{i in S} (1 +- chi_i), so its
    correlation with the parity chi_S is +-2^-w. A function h without that
    parity has E[(h - c)^2] >= E[(h - c) chi_S]^2 = 4^-w. An error below 4^-w
    therefore proves that the representation holds the clause's full
    interaction, not only shorter parts of it.

    Parameters
    ----------
    width : int
        Literals in the clause, w.

    Returns
    -------
    threshold : float
        4^-w. Codes of -1 and +1 are twice as far apart: multiply by 4.

    Raises
    ------
    ValueError
        If width is not a whole number of at least 1.

    See Also
    --------
    linear_probe_budget : How many clauses can pass.

    Notes
    -----
    It is tight: the polynomials of degree w - 1 come as near as 4^-w. From the
    paper: that a probe with small error shows which clauses are represented.
    Derived here: the constant.

    Examples
    --------
    >>> from skdistill.theory import linear_probe_threshold
    >>> linear_probe_threshold(3)
    0.015625
    """
    check_number("width", width, AT_LEAST_ONE)
    return 4.0 ** -int(width)


@dataclass(frozen=True)
class ProbeBudget:
    """What :func:`linear_probe_budget` found; prints as a sentence.

    Parameters
    ----------
    thresholds : tuple of float
        Mean squared error up to which a clause is accepted, for each width
        from 1 on.
    clauses : tuple of int
        The most clauses of each width that can be accepted.
    probes : tuple of int
        The most clauses of each width that have to be tried.

    See Also
    --------
    linear_probe_budget : Where it comes from.

    Examples
    --------
    >>> from skdistill.theory import ProbeBudget
    >>> print(ProbeBudget((0.0625,), (8,), (20,)))
    At most 20 probes: 20 of width 1 (at most 8 accepted).
    """

    thresholds: tuple[float, ...]
    clauses: tuple[int, ...]
    probes: tuple[int, ...]

    @property
    def n_probes(self) -> int:
        """The most linear regressions in all."""
        return sum(self.probes)

    def __str__(self) -> str:
        parts = (
            f"{tried} of width {width} (at most {kept} accepted)"
            for width, (tried, kept) in enumerate(zip(self.probes, self.clauses, strict=True), 1)
        )
        return f"At most {self.n_probes} probes: {', '.join(parts)}."


def linear_probe_budget(
    n_features: int, width: int, *, tau: float, norm: float, slack: float = 0.5
) -> ProbeBudget:
    """Return how many linear probes a search for the clauses of a tree can need.

    The search grows clauses literal by literal, and keeps one where a probe v
    with norm ``|v| <= tau`` reaches a root mean squared error of at most
    eta_w = slack * 2^-w. However deep the network is, only few can be kept:

    *Counting lemma.* Let N feature sets S of size w hold a kept clause, x be
    uniform on {0, 1}^d and ``E|phi(x)|^2 <= B^2``. For each, E[v.phi chi_S] is at
    least 2^-w - eta_w in size (the clause's own correlation with its parity,
    less the error), so ``|E[phi chi_S]| >= (2^-w - eta_w) / tau``. The parities
    are orthonormal, so by Bessel the sum of ``|E[phi chi_S]|^2`` is at most B^2:

        N <= (tau B)^2 / (2^-w - eta_w)^2 = (tau B)^2 4^w / (1 - slack)^2.

    Each set has 2^w clauses, and each kept clause has 2 (d - w) extensions.

    Parameters
    ----------
    n_features : int
        Features, d.
    width : int
        The longest clause, which is the depth of the tree.
    tau : float
        The largest norm of a probe's weights.
    norm : float
        Root mean square of the norm of the representation, B.
    slack : float, default=0.5
        Root mean squared error that is accepted, as a share of the most that
        proves anything, in [0, 1).

    Returns
    -------
    budget : ProbeBudget
        Thresholds, most clauses and most probes for each width.

    Raises
    ------
    ValueError
        If a number is out of its range.

    See Also
    --------
    linear_probe_threshold : Why 2^-w.
    sample_complexity : Rows that the tree itself needs.

    Notes
    -----
    Only the cost rests on the lemma (and on uniform rows). A clause that is
    represented exactly is always kept, and one that is kept by mistake costs
    time alone: the fidelity of the tree depends on the rows that choose it,
    ``sample_complexity(..., log_class_size=log_class_size.tree(...))``.

    From the paper: growing clauses by probes, and that a bounded representation
    holds polynomially many. Derived here: the constants.

    References
    ----------
    E. Boix-Adserà, "Towards a theory of model distillation", arXiv:2403.09053.

    Examples
    --------
    >>> from skdistill.theory import linear_probe_budget
    >>> budget = linear_probe_budget(100, 3, tau=1.0, norm=2.0)
    >>> print(budget)
    At most 220704 probes: 200 of width 1 (at most 128 accepted), 19800 of width 2 (at most
    1024 accepted), 200704 of width 3 (at most 8192 accepted).
    """
    check_number("n_features", n_features, AT_LEAST_ONE)
    check_number("width", width, Number(1, n_features, whole=True))
    check_number("tau", tau, POSITIVE)
    check_number("norm", norm, POSITIVE)
    check_number("slack", slack, Number(0, 1, closed="left"))
    thresholds, clauses, probes, kept = [], [], [], 1
    for w in range(1, int(width) + 1):
        everything = math.comb(n_features, w) << w
        sets = math.floor((tau * norm) ** 2 * 4.0**w / (1 - slack) ** 2)
        tried = min(everything, kept * 2 * (n_features - w + 1))
        kept = min(tried, sets << w)
        thresholds.append(slack**2 * linear_probe_threshold(w))
        clauses.append(kept)
        probes.append(tried)
    return ProbeBudget(tuple(thresholds), tuple(clauses), tuple(probes))
