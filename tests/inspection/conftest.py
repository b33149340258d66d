"""Pictures without a screen."""

import pytest


@pytest.fixture
def pyplot():
    """matplotlib without a screen; figures are closed afterwards."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")
