"""Tree students: every one of them is a genuine scikit-learn tree."""

from skdistill.trees._alternating_grower import AlternatingGrower
from skdistill.trees._cart_grower import CartGrower
from skdistill.trees._classifier import DistilledTreeClassifier
from skdistill.trees._growth import GrowthTask
from skdistill.trees._lattice_grower import LatticeGrower
from skdistill.trees._probed import SizedTree
from skdistill.trees._pruned_grower import PrunedGrower
from skdistill.trees._regressor import DistilledTreeRegressor

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
