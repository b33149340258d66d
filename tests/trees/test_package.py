"""What the package loads, and how deep its classes are."""

import subprocess
import sys

import pytest

from skdistill import (
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    LinearProbeTreeClassifier,
    LinearProbeTreeRegressor,
)

ONE_CART = """
import sys
from skdistill.trees import CartGrower, DistilledTreeClassifier
tree = DistilledTreeClassifier(grower=CartGrower()).fit([[0.0], [1.0]], [0, 1])
assert tree.predict([[2.0]]) == 1
loaded = [name for name in sys.modules if name.startswith("skdistill.transfer")]
assert not loaded, loaded
"""


def test_one_cart_loads_no_transfer_set():
    """Generators are loaded where they draw."""
    subprocess.run([sys.executable, "-c", ONE_CART], check=True)


def own_depth(cls):
    """Classes of this package in the longest chain from a class upwards, itself included."""
    if not cls.__module__.startswith("skdistill"):
        return 0
    return 1 + max(map(own_depth, cls.__bases__))


@pytest.mark.parametrize(
    "estimator",
    [
        DistilledTreeClassifier,
        DistilledTreeRegressor,
        LinearProbeTreeClassifier,
        LinearProbeTreeRegressor,
    ],
)
def test_at_most_two_classes_of_ours_below_an_estimator(estimator):
    """What trees share is a flat mixin beside the distiller."""
    assert own_depth(estimator) <= 3
