"""How many rows are enough to distil, with explicit constants.

PAC-distillation is defined in E. Boix-Adserà, "Towards a theory of model
distillation", arXiv:2403.09053: given a teacher f and rows drawn from a
distribution D, return a student g whose error Pr_D[g(x) != f(x)] is at most
epsilon (above the best of the class, where none is perfect), with probability
1 - delta over the rows.
"""

from __future__ import annotations

import math
from typing import Any

from scipy.optimize import brentq

from skdistill.theory._checks import AT_LEAST_ONE, NOT_NEGATIVE, OPEN_UNIT, check_number

__all__ = ["sample_complexity"]


def _crossing(excess: Any, start: float) -> int:
    """Least whole n >= start from which a function that ends below zero stays there.

    ``excess`` must fall, or rise and then fall, and be decreasing from
    ``start`` on.
    """
    if excess(start) <= 0:
        return math.ceil(start)
    end = 2 * start
    while excess(end) > 0:
        end *= 2
    n: int = math.floor(brentq(excess, start, end))
    while excess(n) > 0:
        n += 1
    return n


def _vc_realizable(d: int, epsilon: float, log_delta: float) -> int:
    def excess(n: float) -> float:
        growth = d * math.log(2 * math.e * n / d)
        return growth + math.log(2) - (epsilon * n - 1) * math.log(2) + log_delta

    # The maximum of the left side, from where it falls.
    return _crossing(excess, max(d / (epsilon * math.log(2)), 1 / epsilon))


def _vc_agnostic(d: int, epsilon: float, log_delta: float) -> int:
    def excess(n: float) -> float:
        growth = d * math.log(math.e * n / d)
        return math.sqrt(2 * growth / n) + math.sqrt(2 * log_delta / n) - epsilon

    return _crossing(excess, float(d))


def sample_complexity(
    epsilon: float,
    delta: float,
    *,
    log_class_size: float | None = None,
    vc_dim: int | None = None,
    realizable: bool = True,
    access: str = "labels",
) -> int:
    r"""Return how many labelled rows are enough to distil into a class of students.

    The student is any of the class P that disagrees least with the teacher on
    the rows. How many rows make it good depends on how many students there are
    to be wrong about.

    Parameters
    ----------
    epsilon : float
        Allowed disagreement with the teacher on fresh rows, in (0, 1); with
        ``realizable=False``, above that of the best student in the class.
    delta : float
        Allowed probability of failure, in (0, 1).
    log_class_size : float, default=None
        Natural logarithm of the number of students, ``ln|P|``; see
        ``skdistill.theory.log_class_size``.
    vc_dim : int, default=None
        Vapnik-Chervonenkis dimension of the class, where it is infinite. Give
        one of the two.
    realizable : bool, default=True
        Whether some student of the class equals the teacher.
    access : {"labels", "teacher"}, default="labels"
        What the method may use: the teacher's labels on the rows alone, or the
        teacher itself, opened or queried anywhere, without limit.

    Returns
    -------
    n_rows : int
        Enough rows, drawn independently from where the student will be used.

    Raises
    ------
    ValueError
        If a number is out of its range, or not exactly one of log_class_size
        and vc_dim is given.

    See Also
    --------
    certificate_sample_size : Rows to *check* a student; far fewer.
    fidelity_certificate : What holds for the student that came out.

    Notes
    -----
    Write err for the disagreement with the teacher on fresh rows.

    *Finite, realizable.* A student with err > eps agrees on all n rows with
    probability below :math:`(1-\epsilon)^n`. Over ``|P|`` of them,
    :math:`|P| (1-\epsilon)^n \le \delta` at
    :math:`n = \lceil (\ln|P| + \ln(1/\delta)) / -\ln(1-\epsilon) \rceil`.

    *Finite, agnostic.* Let g* be the best student. For one that is worse by
    more than eps, the difference of the two errors on a row lies in [-1, 1]
    and has a mean above eps; by Hoeffding, its mean over n rows is not
    positive with probability at most :math:`e^{-n\epsilon^2/2}`. Over ``|P|``,
    :math:`n = \lceil 2 (\ln|P| + \ln(1/\delta)) / \epsilon^2 \rceil`.

    *VC, realizable.* Draw n rows twice. Where a student with err >= eps is
    perfect on the first n, it errs on at least :math:`\lfloor \epsilon n
    \rfloor` of the second with probability 1/2 or more (the median of a
    binomial is at least the floor of its mean), and swapping pairs at random
    leaves all of these errors on the second side with probability at most
    :math:`2^{-\lfloor \epsilon n \rfloor}`. There are at most
    :math:`(2en/d)^d` ways to label 2n rows (Sauer), so n is the least number
    from which on :math:`2 (2en/d)^d 2^{-(\epsilon n - 1)} \le \delta`.

    *VC, agnostic.* The excess of the chosen student is at most the supremum G
    of the difference between true and seen excess over g*. One row moves it by
    at most 2/n, so by McDiarmid G exceeds its mean by
    :math:`\sqrt{2 \ln(1/\delta) / n}` with probability at most delta; the mean
    is at most twice the Rademacher complexity of the errors, and that, by
    Massart and Sauer, at most :math:`\sqrt{d \ln(en/d) / (2n)}`. So n is the
    least number with :math:`\sqrt{2 d \ln(en/d) / n} +
    \sqrt{2 \ln(1/\delta) / n} \le \epsilon`.

    *Perfect distillation.* With the teacher itself at hand and a student equal
    to it in the class, no row is needed: look for the student that is the same
    function. Without one, rows are needed even so, since which student is best
    depends on where the rows fall.

    From the paper: the definition, that realizable distillation with the
    teacher at hand needs no rows, and that learning bounds carry over.
    Derived here: all the constants, by the textbook arguments above.

    References
    ----------
    E. Boix-Adserà, "Towards a theory of model distillation", arXiv:2403.09053.

    A. Blumer, A. Ehrenfeucht, D. Haussler and M. K. Warmuth, "Learnability and
    the Vapnik-Chervonenkis dimension", J. ACM 36 (1989),
    doi:10.1145/76359.76371, for the double sample.

    Examples
    --------
    >>> from skdistill.theory import log_class_size, sample_complexity
    >>> size = log_class_size.tree(n_features=20, n_leaves=8)
    >>> sample_complexity(0.05, 0.05, log_class_size=size)
    694
    >>> sample_complexity(0.05, 0.05, log_class_size=size, realizable=False)
    28458
    >>> sample_complexity(0.05, 0.05, log_class_size=size, access="teacher")
    0
    >>> sample_complexity(0.05, 0.05, vc_dim=10)
    2167
    """
    check_number("epsilon", epsilon, OPEN_UNIT)
    check_number("delta", delta, OPEN_UNIT)
    if access not in ("labels", "teacher"):
        raise ValueError(f"access must be 'labels' or 'teacher', got {access!r}.")
    if (log_class_size is None) == (vc_dim is None):
        raise ValueError(
            "Give either log_class_size or vc_dim, not "
            + ("neither." if vc_dim is None else "both.")
        )
    if vc_dim is None:
        check_number("log_class_size", log_class_size, NOT_NEGATIVE)
    else:
        check_number("vc_dim", vc_dim, AT_LEAST_ONE)
    if realizable and access == "teacher":
        return 0
    log_delta = -math.log(delta)
    if vc_dim is not None:
        rows = _vc_realizable if realizable else _vc_agnostic
        return rows(int(vc_dim), epsilon, log_delta)
    assert log_class_size is not None
    if realizable:
        return math.ceil((log_class_size + log_delta) / -math.log1p(-epsilon))
    return math.ceil(2 * (log_class_size + log_delta) / epsilon**2)
