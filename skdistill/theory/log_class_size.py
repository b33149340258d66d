"""How many students of a kind there are: natural logarithms of their number.

The functions count what can be written down, which is at least the number of
different functions, and never more than all functions on the cells of the
input. Give the result to :func:`sample_complexity` as ``log_class_size``.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import gammaln

from skdistill._validation import Number
from skdistill.theory._checks import AT_LEAST_ONE, check_number

__all__ = ["dnf", "junta", "tree"]

_AT_LEAST_TWO = Number(2, None, whole=True)


def _log_binomial(n: int, k: int) -> float:
    return float(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def _log_all_functions(n_levels: int, n_features: int, n_classes: int) -> float:
    """Logarithm of n_classes to the power n_levels^n_features; infinite beyond floats."""
    log_cells = n_features * math.log(n_levels)
    return math.exp(log_cells) * math.log(n_classes) if log_cells < 700 else math.inf


def junta(n_features: int, k: int, *, n_levels: int = 2, n_classes: int = 2) -> float:
    """Count the functions of at most k of the features.

    Choose k features in C(d, k) ways, then fill a table of n_levels^k cells
    with one of n_classes labels each:
    ln|P| <= ln C(d, k) + n_levels^k ln(n_classes).

    Parameters
    ----------
    n_features : int
        Features in all, d.
    k : int
        Features that matter, at most n_features.
    n_levels : int, default=2
        Values of each feature.
    n_classes : int, default=2
        Classes.

    Returns
    -------
    log_class_size : float
        An upper bound on the natural logarithm of the number of functions.

    See Also
    --------
    tree : For functions of more features with few cases.

    Notes
    -----
    Divided by ln(n_classes) it is about the number of membership queries any
    method needs in its worst case, since every prediction is one of n_classes
    labels: k log2(d / k) + 2^k for yes/no features and labels, roughly.

    Examples
    --------
    >>> from skdistill.theory import log_class_size
    >>> round(log_class_size.junta(1000, 3), 2)  # ln C(1000, 3) + 8 ln 2
    24.47
    """
    check_number("n_features", n_features, AT_LEAST_ONE)
    check_number("k", k, Number(0, n_features, whole=True))
    check_number("n_levels", n_levels, _AT_LEAST_TWO)
    check_number("n_classes", n_classes, _AT_LEAST_TWO)
    size = _log_binomial(n_features, k) + _log_all_functions(n_levels, k, n_classes)
    return min(size, _log_all_functions(n_levels, n_features, n_classes))


def tree(n_features: int, n_leaves: int, *, n_thresholds: int = 1, n_classes: int = 2) -> float:
    """Count the decision trees with at most so many leaves.

    A binary tree with L leaves has L - 1 inner nodes. There are
    Catalan(L - 1) shapes; each inner node picks a feature and a threshold,
    each leaf a label (a smaller tree is one of these with a split too many):
    ln|P| <= ln Catalan(L - 1) + (L - 1) ln(d t) + L ln(n_classes).

    Parameters
    ----------
    n_features : int
        Features, d.
    n_leaves : int
        Leaves, L.
    n_thresholds : int, default=1
        Different thresholds a feature, t: 1 for yes/no features, otherwise one
        less than its number of values.
    n_classes : int, default=2
        Classes.

    Returns
    -------
    log_class_size : float
        An upper bound on the natural logarithm of the number of trees.

    See Also
    --------
    dnf : For rules that may overlap.

    Examples
    --------
    >>> from skdistill.theory import log_class_size
    >>> round(log_class_size.tree(20, 8), 2)
    32.58
    """
    check_number("n_features", n_features, AT_LEAST_ONE)
    check_number("n_leaves", n_leaves, AT_LEAST_ONE)
    check_number("n_thresholds", n_thresholds, AT_LEAST_ONE)
    check_number("n_classes", n_classes, _AT_LEAST_TWO)
    inner = n_leaves - 1
    log_catalan = _log_binomial(2 * inner, inner) - math.log(inner + 1)
    size = (
        log_catalan + inner * math.log(n_features * n_thresholds) + n_leaves * math.log(n_classes)
    )
    return min(size, _log_all_functions(n_thresholds + 1, n_features, n_classes))


def dnf(n_features: int, n_terms: int, *, width: int | None = None) -> float:
    """Count the disjunctions of at most so many terms over yes/no features.

    A term takes each feature positively, negatively or not at all: there are
    T = 3^d, or sum_{j <= w} C(d, j) 2^j of at most w literals. At most s of
    them, without order, are a multiset of s things out of T + 1 (the last is
    "no term"): ln|P| <= ln C(T + s, s) = sum_{i = 1..s} ln((T + i) / i).

    Parameters
    ----------
    n_features : int
        Features, d.
    n_terms : int
        Most terms, s.
    width : int, default=None
        Most literals in a term, w; no limit by default.

    Returns
    -------
    log_class_size : float
        An upper bound on the natural logarithm of the number of formulas.

    See Also
    --------
    tree : For rules that exclude each other.

    Examples
    --------
    >>> from skdistill.theory import log_class_size
    >>> round(log_class_size.dnf(20, 4), 2), round(log_class_size.dnf(20, 4, width=3), 2)
    (84.71, 33.63)
    """
    check_number("n_features", n_features, AT_LEAST_ONE)
    check_number("n_terms", n_terms, AT_LEAST_ONE)
    if width is None or width >= n_features:
        log_terms = n_features * math.log(3)
    else:
        check_number("width", width, AT_LEAST_ONE)
        log_terms = math.log(sum(math.comb(n_features, j) << j for j in range(width + 1)))
    i = np.arange(1, n_terms + 1)
    size = float(np.sum(log_terms + np.log1p(i * np.exp(-log_terms)) - np.log(i)))
    return min(size, _log_all_functions(2, n_features, 2))
