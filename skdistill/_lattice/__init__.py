"""Conjunctions of literals, and the best trees among them: what trees and probes share."""

from skdistill._lattice._best_trees import BestTrees, FoundNode
from skdistill._lattice._found_tree import FoundTree, found_tree
from skdistill._lattice._incidence import BinnedIncidence, DenseIncidence, incidence
from skdistill._lattice._lattice import Lattice
from skdistill._lattice._literals import Literals, find_literals, two_values
from skdistill._lattice._problem import Problem, leaf_error
from skdistill._lattice._search import search_trees

__all__ = [
    "BestTrees",
    "BinnedIncidence",
    "DenseIncidence",
    "FoundNode",
    "FoundTree",
    "Lattice",
    "Literals",
    "Problem",
    "find_literals",
    "found_tree",
    "incidence",
    "leaf_error",
    "search_trees",
    "two_values",
]
