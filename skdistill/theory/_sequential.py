"""Certificates of fidelity that hold at any number of looks."""

from __future__ import annotations

from typing import Any

import numpy as np

from skdistill.theory._betting import sequential_betting_bound
from skdistill.theory._checks import OPEN_UNIT, check_number
from skdistill.theory._compare import measure_losses, pair_rows
from skdistill.theory._counts import sequential_binomial_bound
from skdistill.theory._losses import Loss, as_loss
from skdistill.theory._memory import FITTED, check_fresh
from skdistill.theory._result import FidelityCertificate

__all__ = ["SequentialCertificate"]


class SequentialCertificate:
    """Certify the fidelity of a student batch by batch, with any number of looks.

    An ordinary certificate holds for one look at a number of rows that was
    fixed in advance. Looking repeatedly, and stopping when the bound is good
    enough, is wrong far more often than delta. Here all the bounds, after every batch,
    hold together with probability 1 - delta, so one may stop, or go on, for any
    reason.

    Parameters
    ----------
    teacher : predictor, callable or None
        Fitted. None is the student's own ``teacher_``.
    student : fitted estimator or callable
        As in :func:`fidelity_certificate`. It must stay as it is: after a new
        fit, begin anew.
    delta : float, default=0.05
        Allowed probability that any of the statements is wrong, in (0, 1).
    loss : str, Tolerance, ClippedError or callable, default=None
        As in :func:`fidelity_certificate`.
    source : str, default="X"
        Where the rows come from, for the printed sentence.

    Attributes
    ----------
    certificate_ : FidelityCertificate
        The latest, after the first :meth:`update`. Its bound never grows.
    n_looks_ : int
        Number of updates.

    See Also
    --------
    fidelity_certificate : Tighter, for one look.
    sequential_binomial_bound : The bound for what is counted.
    sequential_betting_bound : The bound for what is averaged.

    Notes
    -----
    Losses that are averaged are kept, eight bytes a row; counts need no
    memory, but for the hashes of the rows where the student remembers its own:
    rows that come a second time are refused like those that it was fitted on.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdistill.theory import SequentialCertificate
    >>> X = np.random.default_rng(0).normal(size=(3000, 2))
    >>> teacher = LogisticRegression().fit(X[:500], X[:500].sum(axis=1) > 0)
    >>> tree = DecisionTreeClassifier(max_leaf_nodes=30, random_state=0)
    >>> tree = tree.fit(X[:500], teacher.predict(X[:500]))
    >>> watch = SequentialCertificate(teacher, tree)
    >>> for batch in np.split(X[500:], 5):
    ...     certificate = watch.update(batch)
    ...     if certificate.bound <= 0.1:
    ...         break
    >>> certificate.n_rows, certificate.n_disagreements, round(certificate.bound, 3)
    (500, 15, 0.057)
    """

    def __init__(
        self,
        teacher: Any,
        student: Any,
        *,
        delta: float = 0.05,
        loss: Any = None,
        source: str = "X",
    ):
        self.teacher = teacher
        self.student = student
        self.delta = check_number("delta", delta, OPEN_UNIT)
        self.loss = as_loss(loss)
        self.source = source
        self.n_looks_ = 0
        self._losses = np.empty(0)
        self._seen = np.empty(0, dtype=np.uint64)
        self._n_rows = self._n_errors = self._n_known = self._n_left_out = 0
        self._least = 1.0

    def update(self, X: Any) -> FidelityCertificate:
        """Add fresh rows, and return what is certified now.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
            Rows that neither the student nor an earlier update has seen.

        Returns
        -------
        certificate : FidelityCertificate
            Over all rows so far; its bound is the least of all looks.

        Raises
        ------
        ValueError
            As in :func:`fidelity_certificate`; nothing is taken in then.
        """
        pair, known = pair_rows(self.teacher, self.student, X), None
        if pair.known_hashes is not None and pair.hashes is not None:
            known = check_fresh(pair.hashes, pair.known_hashes, FITTED)
            check_fresh(pair.hashes, self._seen, "of an earlier update")
        found = measure_losses(pair, self.loss)
        self.loss = found.loss
        if known is not None:
            self._seen = np.sort(np.concatenate([self._seen, pair.hashes]))
            self._n_known += int(np.count_nonzero(known[found.rows]))
        self._n_rows += len(found.losses)
        self._n_left_out += found.n_left_out
        self.n_looks_ += 1
        n_known = None if known is None else self._n_known
        self.certificate_ = self._issue(self.loss, found.losses, n_known)
        return self.certificate_

    def _issue(self, loss: Loss, losses: np.ndarray, n_known: int | None) -> FidelityCertificate:
        """Bound all losses so far."""
        if loss.binary:
            self._n_errors += int(np.count_nonzero(losses))
            bound = sequential_binomial_bound(self._n_errors, self._n_rows, self.delta)
            mean = self._n_errors / self._n_rows
        else:
            self._losses = np.concatenate([self._losses, losses])
            bound = sequential_betting_bound(self._losses, self.delta)
            mean = float(self._losses.mean())
        self._least = min(self._least, bound)
        return FidelityCertificate(
            bound=self._least * loss.limit,
            estimate=mean * loss.limit,
            n_rows=self._n_rows,
            n_disagreements=self._n_errors if loss.binary else None,
            delta=self.delta,
            method="sequential-binomial" if loss.binary else "sequential-betting",
            loss=loss.description,
            source=self.source,
            n_known=n_known,
            n_left_out=self._n_left_out,
        )

    def __repr__(self) -> str:
        if not self.n_looks_:
            return f"SequentialCertificate(delta={self.delta:g}), no rows yet"
        return str(self.certificate_)
