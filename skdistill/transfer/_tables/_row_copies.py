"""``transform`` of transfer sets: a synthetic copy of every row, in its place."""

from __future__ import annotations

from typing import Any

from sklearn.base import OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skdistill._rows import check_rows
from skdistill.transfer._tables._draws import RowDraws
from skdistill.transfer._tables._table import Encoded, Table

__all__ = ["RowCopyMixin"]


class RowCopyMixin(OneToOneFeatureMixin, TransformerMixin):
    """Give a transfer set ``transform`` by its ``_copy(rows, draws)``.

    Put ``transformer_without_teacher`` on the class.
    """

    random_state: Any
    _table: Table

    def _copy(self, rows: Encoded, draws: RowDraws) -> Encoded:
        """Return a synthetic copy of each row, in the same order."""
        raise NotImplementedError

    def transform(self, X: Any) -> Any:
        """Return a synthetic copy of every row of X, row by row.

        Each row changes in the way of :meth:`sample`. Not available where
        ``teacher`` is set: a step of a pipeline is a transformer or a sampler.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Rows, with no categories that ``fit`` did not see.

        Returns
        -------
        X_new : ndarray or DataFrame of shape (n_samples, n_features)
            Row i is a copy of row i. With a fixed ``random_state`` it depends
            on that row's content alone, not on its place or batch.
        """
        check_is_fitted(self)
        X = check_rows(self, X, reset=False, accept_sparse=False, accept_times=True)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        return self._table.decode(self._copy(self._table.encode(X), RowDraws(X, seed)))
