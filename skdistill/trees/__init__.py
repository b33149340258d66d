"""Tree students: every one of them is a genuine scikit-learn tree."""

from skdistill.trees._alternating_grower import AlternatingGrower
from skdistill.trees._assembly import fill_tree as fill_tree
from skdistill.trees._assembly import tree_splits as tree_splits
from skdistill.trees._cart_grower import CartGrower
from skdistill.trees._classifier import DistilledTreeClassifier
from skdistill.trees._growth import GrowthTask
from skdistill.trees._lattice_grower import LatticeGrower
from skdistill.trees._mixin import DistilledTreeMixin as DistilledTreeMixin
from skdistill.trees._mixin import leaf_predictions as leaf_predictions
from skdistill.trees._pruned_grower import PrunedGrower
from skdistill.trees._regressor import DistilledTreeRegressor
from skdistill.trees._scale import scale_values as scale_values
from skdistill.trees._size_path import SizedTree
from skdistill.trees._thresholds import shorten_thresholds as shorten_thresholds

# What other packages need of this one beside the API is imported above "as"
# itself; only __all__ is documented for users.
__all__ = [
    "AlternatingGrower",
    "CartGrower",
    "DistilledTreeClassifier",
    "DistilledTreeRegressor",
    "GrowthTask",
    "LatticeGrower",
    "PrunedGrower",
    "SizedTree",
]
