"""Tables of every kind that users hold."""

import numpy as np
import pytest


@pytest.fixture
def frame():
    """A data frame with a column of every dtype, and gaps where the dtype has them."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    n = 160
    table = pd.DataFrame(
        {
            "double": rng.normal(size=n) * 1e3,
            "single": rng.normal(size=n).astype(np.float32),
            "byte": rng.integers(0, 255, n).astype(np.uint8),
            "flag": rng.random(n) > 0.5,
            "whole": pd.array(rng.integers(-50, 50, n), dtype="Int64"),
            "maybe": pd.array(rng.random(n) > 0.5, dtype="boolean"),
            "size": pd.Categorical(
                rng.choice(["s", "m", "l"], n), categories=["s", "m", "l", "xl"], ordered=True
            ),
            "code": pd.Categorical(rng.choice([10, 20, 30], n)),
            "text": pd.array(rng.choice(["a", "b", "c"], n), dtype="string"),
            "thing": rng.choice(["p", "q"], n).astype(object),
        }
    )
    for step, name in enumerate(["double", "whole", "maybe", "size", "text"], start=5):
        table.loc[::step, name] = None
    return table
