"""From the ``domain`` parameter of estimators to a :class:`Domain`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from skdistill._frames import is_frame
from skdistill._rows import has_missing
from skdistill.domains._domain import Domain
from skdistill.domains._learn import learn_parts, observed_parts
from skdistill.domains._specs import BINARY, SIGN, as_part, as_table, is_entry, part_of_column

__all__ = ["as_domain", "given_parts"]

_CHOICES = (
    'domain must be a Domain, "binary", "sign", "background" or "box" (with X), a mapping from '
    "names to the domain of one column, a list with one entry for each column, or one entry for "
    "all: a pair (low, high), Integers(low, high), a list of values, Categories, or a frozen "
    "distribution of scipy.stats"
)


def as_domain(
    domain: Any,
    X: Any = None,
    *,
    names: Any = None,
    n_features: int | None = None,
    rest: str = "box",
) -> Domain:
    """Return the input space that a short description stands for.

    Parameters
    ----------
    domain : object
        A :class:`Domain`; "binary" or "sign" for the cube of 0 and 1, or of
        -1 and 1; "box" for the ranges of the columns of X (see
        :meth:`Domain.from_rows`); "background" for the values of each column of
        X, as often as they were seen; the domain of one column, which then is
        that of all; a sequence of such; or a mapping from names or positions
        to them.
    X : array-like or DataFrame of shape (n_samples, n_features), default=None
        Rows whose kind, names and dtypes are taken over.
    names : sequence, default=None
        Names of the columns, where X has none.
    n_features : int, default=None
        Number of columns, where there is no X.
    rest : {"box", "background"}, default="box"
        Columns of X that a mapping leaves out.

    Returns
    -------
    domain : Domain
        The input space, one part for each column.

    Raises
    ------
    ValueError
        If it does not fit the columns of X, or is none of these.

    See Also
    --------
    Domain : A domain from its parts.

    Examples
    --------
    >>> from skdistill.domains import as_domain
    >>> as_domain("binary", n_features=3)
    Domain([Integers(0, 1), Integers(0, 1), Integers(0, 1)])
    >>> as_domain({1: (0, 9)}, [[5.0, 0.0], [50.0, 1.0]])
    Domain([Reals(5.0, 50.0), Reals(0, 9)])
    >>> as_domain("background", [[5, 0], [50, 1], [50, 0]]).parts[0].probabilities.round(2).tolist()
    [0.33, 0.67]
    """
    if X is not None:
        X = as_table(X)
        n_features = X.shape[1]
        names = list(X.columns) if names is None and is_frame(X) else names
    names = None if names is None else list(names)
    if isinstance(domain, Mapping):
        if X is None:
            return Domain(domain)
        return Domain(_from_mapping(domain, X, names, rest), names, like=X)
    if isinstance(domain, Domain):
        return domain if X is None else _matched(domain, X, names)
    n_features = len(names) if n_features is None and names is not None else n_features
    parts = _parts_of(domain, X, n_features)
    if n_features is not None and len(parts) != n_features:
        raise ValueError(
            f"domain has {len(parts)} entries, but there are {n_features} columns. Give one for "
            "each, or a mapping from names to those that you know."
        )
    return Domain(parts, names, like=X)


def _matched(domain: Domain, X: Any, names: list[Any] | None) -> Domain:
    """A domain whose rows are like X, once its columns are those of X."""
    if domain.n_features != X.shape[1]:
        raise ValueError(
            f"domain has {domain.n_features} columns, but X has {X.shape[1]}: {domain!r}."
        )
    own = domain.names
    if own is not None and names is not None and list(map(str, own)) != list(map(str, names)):
        raise ValueError(f"domain has the columns {own[:10]}, but X has {names[:10]}.")
    return Domain(domain.parts, names or own, like=X)


def given_parts(domain: Any, X: Any) -> dict[int, Any]:
    """Read the parts of those columns of X that ``domain`` speaks of.

    Parameters
    ----------
    domain : object
        As for :func:`as_domain`, or None.
    X : ndarray or DataFrame of shape (n_samples, n_features)

    Returns
    -------
    parts : dict of positions to parts
    """
    if domain is None:
        return {}
    if isinstance(domain, Mapping):
        return _named_parts(domain, list(X.columns) if is_frame(X) else None, X.shape[1])
    return dict(enumerate(as_domain(domain, X).parts))


def _named_parts(
    domain: Mapping[Any, Any], names: list[Any] | None, n_features: int
) -> dict[int, Any]:
    parts = {}
    for key, entry in domain.items():
        j = part_of_column(key, names, n_features)
        parts[j] = as_part(entry, f"column {j if names is None else repr(names[j])}")
    return parts


def _from_mapping(
    domain: Mapping[Any, Any], X: Any, names: list[Any] | None, rest: str
) -> list[Any]:
    parts = _named_parts(domain, names, X.shape[1])
    if rest == "box":
        return learn_parts(X, given=parts)
    others = [j for j in range(X.shape[1]) if j not in parts]
    if others:
        rows = X.iloc[:, others] if hasattr(X, "iloc") else X[:, others]
        parts |= dict(zip(others, _background(rows), strict=True))
    return [parts[j] for j in range(X.shape[1])]


def _parts_of(domain: Any, X: Any, n_features: int | None) -> list[Any]:
    """One part for each column, from anything but a mapping."""
    if isinstance(domain, str):
        if domain in ("box", "background"):
            if X is None:
                raise ValueError(f'domain="{domain}" is learned from rows: pass X.')
            return learn_parts(X) if domain == "box" else _background(X)
        if domain not in ("binary", "sign"):
            raise ValueError(f"{_CHOICES}. Got {domain!r} instead.")
        return [BINARY if domain == "binary" else SIGN] * _known(n_features, domain)
    if isinstance(domain, np.ndarray) and domain.ndim > 1:
        raise ValueError(
            f"{_CHOICES}. Got an array of shape {domain.shape} instead: bounds are pairs, as in "
            "[(low, high), ...]."
        )
    if isinstance(domain, list) and any(map(is_entry, domain)):
        return domain
    if not is_entry(domain):
        raise ValueError(f"{_CHOICES}. Got {domain!r} instead.")
    return [as_part(domain, "all columns")] * _known(n_features, domain)


def _known(n_features: int | None, domain: Any) -> int:
    if n_features is None:
        raise ValueError(
            f"domain={domain!r} is that of one column: pass X, names or n_features, which say how "
            "many there are."
        )
    return n_features


def _background(X: Any) -> list[Any]:
    if X.shape[0] < 2:
        raise ValueError(
            f"domain={'background'!r} needs at least two rows, but X has {X.shape[0]} sample "
            "(n_samples = 1). Pass more rows, or say what the columns may hold, as in "
            'domain="binary".'
        )
    if has_missing(X):
        raise ValueError(
            'Input X contains NaN, but domain="background" draws the values of X. Fill or drop '
            "missing values, or give the values of those columns in domain."
        )
    return list(observed_parts(X))
