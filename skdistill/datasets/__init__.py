"""Teachers whose truth is known."""

from skdistill.datasets._boolean_trees import BooleanTree, make_boolean_tree
from skdistill.datasets._juntas import Junta, make_junta

__all__ = ["BooleanTree", "Junta", "make_boolean_tree", "make_junta"]
