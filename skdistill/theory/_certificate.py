"""Certificates of fidelity from one look at fresh rows."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, overload

import numpy as np

from skdistill._validation import Number
from skdistill.exceptions import DistillationWarning
from skdistill.theory._betting import betting_upper_bound
from skdistill.theory._checks import OPEN_UNIT, check_number
from skdistill.theory._compare import RowLosses, measure_losses, pair_rows
from skdistill.theory._counts import binomial_upper_bound, hypergeometric_upper_bound
from skdistill.theory._losses import as_loss
from skdistill.theory._memory import FITTED, check_fresh
from skdistill.theory._result import FidelityCertificate, GroupCertificates

__all__ = ["fidelity_certificate"]

_METHODS = ("auto", "clopper-pearson", "hypergeometric", "betting")


@overload
def fidelity_certificate(
    teacher: Any,
    student: Any,
    X: Any,
    *,
    delta: float = ...,
    loss: Any = ...,
    method: str = ...,
    pool_size: int | None = ...,
    groups: None = ...,
    source: str = ...,
) -> FidelityCertificate: ...


@overload
def fidelity_certificate(
    teacher: Any,
    student: Any,
    X: Any,
    *,
    delta: float = ...,
    loss: Any = ...,
    method: str = ...,
    pool_size: Mapping[Any, int] | None = ...,
    groups: Any,
    source: str = ...,
) -> GroupCertificates: ...


def fidelity_certificate(
    teacher: Any,
    student: Any,
    X: Any,
    *,
    delta: float = 0.05,
    loss: Any = None,
    method: str = "auto",
    pool_size: Any = None,
    groups: Any = None,
    source: str = "X",
) -> FidelityCertificate | GroupCertificates:
    """Certify on fresh rows an upper bound on a student's disagreement with its teacher.

    The statement holds with probability 1 - delta over the draw of the rows,
    for any student, teacher and distribution, at any number of rows. It
    requires three things of the rows: that they are a random sample of those
    the statement is about, that neither student nor teacher was made with their
    help, and that their number was fixed in advance. To look repeatedly, use
    :class:`SequentialCertificate`.

    Parameters
    ----------
    teacher : predictor, callable or None
        Fitted; sees X itself. None is the student's own ``teacher_``, which in
        a pipeline sees the transformed rows. Labels are those of its
        ``predict``.
    student : fitted estimator or callable
        A distiller, a pipeline that ends in one, a search over either, or any
        predictor.
    X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
        Fresh rows; no labels are needed. The very rows that the student was
        fitted on are refused.
    delta : float, default=0.05
        Allowed probability that the statement is wrong, in (0, 1).
    loss : {"disagreement", "total_variation"}, Tolerance, ClippedError or \
            callable, default=None
        What is counted on a row. "disagreement": whether labels differ, the
        default for classes. "total_variation": half the absolute differences
        of the probabilities. :class:`Tolerance` and :class:`ClippedError` are
        for real values, where one of them must be given. A function of the
        arrays of predictions of teacher and student returns one number in
        [0, 1] a row.
    method : {"auto", "clopper-pearson", "hypergeometric", "betting"}, \
            default="auto"
        The bound. "auto" is exact for what is counted (binomial, or
        hypergeometric with a pool) and betting for what is averaged.
    pool_size : int or mapping of label to int, default=None
        X was drawn at random and without replacement from a pool of so many
        rows (those of X included), and the statement is about that pool alone.
        With ``groups``, the size of each group's pool. None: about all rows
        drawn like these.
    groups : array-like of shape (n_samples,), default=None
        A label for each row. Every group gets its own certificate, at delta
        divided by their number, so that all hold together (Bonferroni).
    source : str, default="X"
        Where the rows came from, for the printed sentence.

    Returns
    -------
    certificate : FidelityCertificate or GroupCertificates
        Prints as one sentence; with ``groups``, one line a group.

    Raises
    ------
    ValueError
        If X is empty or made of the rows that the student was fitted on, a
        number is out of its range, the predictions cannot be compared, the
        method does not fit the loss, or the teacher leaves out rows of a pool.
    TypeError
        If the teacher predicts classes and the student real values, or the
        other way round.

    Warns
    -----
    DistillationWarning
        If more rows of X are known to the student than nature repeats, with
        their share; or if a bound is vacuous.

    See Also
    --------
    SequentialCertificate : For any number of looks.
    certificate_sample_size : How many rows to draw.
    skdistill.metrics.fidelity_report : Many measures, without a guarantee.

    Notes
    -----
    *Known rows.* Distillers keep hashes of the real rows that they saw in
    ``fit`` (``row_hashes_``). Fresh rows of discrete columns may equal some of
    them by nature: about as often as one of the known rows has a twin among
    the others. Only what goes beyond this (by Fisher's exact test at 1 in
    1,000) is warned of, or refused where all rows are known. Part of a table whose
    every possible row was seen often cannot be distinguished from fresh rows; nor can
    rows that went through a step which computes them a little differently in
    other batches.

    *Rows left out.* A teacher that leaves out rows on which it fails
    (``Oracle(teacher, on_error="drop")``) is compared on the others. The
    statement is then about the rows for which it has a prediction, and the
    sentence contains how many of X were left out.

    *Bounds.* See :func:`binomial_upper_bound`,
    :func:`hypergeometric_upper_bound` and :func:`betting_upper_bound`.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn.model_selection import train_test_split
    >>> from skdistill import DistilledTreeClassifier
    >>> from skdistill.theory import fidelity_certificate
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> X, X_fresh, y, _ = train_test_split(X, y, random_state=0)
    >>> forest = RandomForestClassifier(random_state=0).fit(X, y)
    >>> tree = DistilledTreeClassifier(forest, max_leaf_nodes=8, random_state=0).fit(X)
    >>> certificate = fidelity_certificate(forest, tree, X_fresh)
    >>> certificate.n_disagreements, round(certificate.bound, 3)
    (3, 0.053)
    """
    check_number("delta", delta, OPEN_UNIT)
    if method not in _METHODS:
        raise ValueError(f"method must be one of {list(_METHODS)}, got {method!r}.")
    loss = as_loss(loss)
    pair = pair_rows(teacher, student, X)
    n_rows = pair.n_rows
    labels = _check_groups(groups, n_rows)
    _check_pool(pool_size, n_rows, labels)
    known = None
    if pair.known_hashes is not None and pair.hashes is not None:
        known = check_fresh(pair.hashes, pair.known_hashes, FITTED)
    found = measure_losses(pair, loss)
    if found.n_left_out and pool_size is not None:
        raise ValueError(
            f"The teacher has no prediction for {found.n_left_out} of {n_rows} rows, and for an "
            "unknown number of others of the pool. Leave out pool_size, or use a teacher that "
            "predicts every row."
        )
    known = None if known is None else known[found.rows]
    if labels is None:
        return _issue(found, delta, method, pool_size, known, source)
    kept_labels = labels[found.rows]
    certificates, names = {}, np.unique(labels)
    for name in names.tolist():
        rows = kept_labels == name
        if not rows.any():
            raise ValueError(f"The teacher has no prediction for any row of group {name!r}.")
        certificates[name] = _issue(
            replace(
                found,
                losses=found.losses[rows],
                rows=found.rows[rows],
                n_left_out=int(np.count_nonzero(labels == name) - np.count_nonzero(rows)),
            ),
            delta / len(names),
            method,
            None if pool_size is None else pool_size[name],
            None if known is None else known[rows],
            f"group {name!r} of {source}",
        )
    return GroupCertificates(certificates, delta, source)


def _check_groups(groups: Any, n_rows: int) -> np.ndarray | None:
    if groups is None:
        return None
    labels = np.asarray(groups)
    if labels.shape != (n_rows,):
        raise ValueError(
            f"groups must be one label a row, shape ({n_rows},), got shape {labels.shape}."
        )
    if any(label is None or label != label for label in labels.tolist()):
        raise ValueError("groups have missing labels. Give those rows a label of their own.")
    return labels.astype(str) if labels.dtype.kind == "O" else labels


def _check_pool(pool_size: Any, n_rows: int, labels: np.ndarray | None) -> None:
    """Refuse pools that cannot hold the rows drawn from them."""
    if pool_size is None:
        return
    if labels is None:
        pools = {"": (pool_size, n_rows)}
    elif not isinstance(pool_size, Mapping):
        raise ValueError(
            "With groups, pool_size must map each label to the size of its group's pool, got "
            f"{pool_size!r}."
        )
    else:
        names, counts = np.unique(labels, return_counts=True)
        missing = [name for name in names.tolist() if name not in pool_size]
        if missing:
            raise ValueError(f"pool_size has no entry for the groups {missing}.")
        pools = {
            f" of group {name!r}": (pool_size[name], count)
            for name, count in zip(names.tolist(), counts.tolist(), strict=True)
        }
    for name, (size, count) in pools.items():
        if not Number(count, None, whole=True).accepts(size):
            raise ValueError(
                f"pool_size{name} must be a whole number of at least the {count} rows of X that "
                f"were drawn from it, got {size!r}."
            )


def _issue(
    found: RowLosses,
    delta: float,
    method: str,
    pool_size: int | None,
    known: np.ndarray | None,
    source: str,
) -> FidelityCertificate:
    """Bound the losses of one group of rows."""
    loss, losses, n_rows = found.loss, found.losses, len(found.losses)
    exact = "clopper-pearson" if pool_size is None else "hypergeometric"
    if method == "auto":
        method = exact if loss.binary else "betting"
    if method != "betting" and not loss.binary:
        raise ValueError(
            f"method={method!r} counts rows, but this loss is averaged. Use method='betting'."
        )
    if method not in (exact, "betting"):
        raise ValueError(
            "method='hypergeometric' needs the size of the pool: give pool_size."
            if pool_size is None
            else f"method={method!r} is not for a finite pool. Use method='hypergeometric'."
        )
    n_errors = int(np.count_nonzero(losses)) if loss.binary else None
    if method == "betting":
        bound = betting_upper_bound(losses, delta, pool_size=pool_size)
    elif pool_size is None:
        bound = binomial_upper_bound(n_errors, n_rows, delta)
    else:
        bound = hypergeometric_upper_bound(n_errors, n_rows, pool_size, delta) / pool_size
    if bound >= 1:
        warnings.warn(
            f"The certificate on {n_rows} rows of {source} is vacuous: its bound is the largest "
            "possible value.",
            DistillationWarning,
            stacklevel=3,
        )
    return FidelityCertificate(
        bound=float(bound * loss.limit),
        estimate=float(np.mean(losses) * loss.limit),
        n_rows=n_rows,
        n_disagreements=n_errors,
        delta=delta,
        method=method,
        loss=loss.description,
        source=source,
        n_known=None if known is None else int(np.count_nonzero(known)),
        pool_size=None if pool_size is None else int(pool_size),
        n_left_out=found.n_left_out,
    )
