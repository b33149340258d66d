"""Columns of a data frame as the numbers that trees split.

Trees split numbers. Where there is one number for each row to order by (two
classes, real values), a categorical column becomes the rank of its category by
the mean of that number: of all ways to split the categories into two groups,
the best is then a split of the ranks [1]_ [2]_, so one node says
``port in {C, Q}``. With more classes or outputs a column becomes one-hot
indicators, and so does a column of three categories, whose groupings are all
one category against the others: each node then has the choice of all three.

Every column that is one number stays at its position in X, so that what tools
say of column j of a tree holds for column j of X. Of a column that becomes
indicators the first stands at its position; the others follow after all columns.

References
----------
.. [1] W. D. Fisher, "On grouping for maximum homogeneity", JASA 53, 1958.
   :doi:`10.1080/01621459.1958.10501479`
.. [2] L. Breiman, J. Friedman, R. Olshen, C. Stone, "Classification and
   Regression Trees", 1984, section 4.2.2.
"""

from skdistill._encoding._encoder import EncodedColumn, FrameEncoder, encode
from skdistill._encoding._export import to_transformer
from skdistill._encoding._fit import fit_encoder, ordering_values

__all__ = [
    "EncodedColumn",
    "FrameEncoder",
    "encode",
    "fit_encoder",
    "ordering_values",
    "to_transformer",
]
