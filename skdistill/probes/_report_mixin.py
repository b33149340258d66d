"""What a linear-probe tree tells about the representation of its conjunctions."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skdistill.probes._lrh_report import LRHReport
from skdistill.rules import RuleSet, node_rules

__all__ = ["ProbeReportMixin"]


class ProbeReportMixin:
    """Adds ``lrh_report`` and ``to_rules`` to a fitted linear-probe tree."""

    tree_: Any
    fidelity_: Any
    # Of each node's conjunction: error of its best probe, and share of the rows in it.
    _node_error: np.ndarray
    _node_share: np.ndarray

    def lrh_report(self) -> LRHReport:
        """Report whether the linear representation hypothesis holds on this tree, by depth.

        Returns
        -------
        report : LRHReport
            Prints as a table.

        Raises
        ------
        ValueError
            If nothing was probed, since splits were chosen by labels alone.
        """
        check_is_fitted(self)
        if np.isnan(self._node_error).all():
            raise ValueError(
                "Nothing was probed: splits were chosen by the labels alone, as "
                'split_score="auto" does on tables, or the layers are the same on all rows that '
                'fit was given. Use split_score="both" or "residual", and layers and rows that '
                'differ (domain="binary" or "sign" draws rows). Rules of the leaves: extract_rules.'
            )
        return LRHReport.from_nodes(
            self.tree_, self._node_error, self._node_share, float(self.fidelity_)
        )

    def to_rules(self, *, feature_names: Any = None, class_names: Any = None) -> RuleSet:
        """Return the linearly represented conjunctions of the tree, as rules.

        Parameters
        ----------
        feature_names, class_names : sequence of str, default=None
            See :func:`skdistill.extract_rules`, which reads all the leaves.

        Returns
        -------
        rules : RuleSet
            One for each node, inner ones too, whose conjunction is represented
            (see :class:`LRHReport`); a node comes before those below it.
        """
        report = self.lrh_report()
        return node_rules(
            self, report.represented_nodes, feature_names=feature_names, class_names=class_names
        )
