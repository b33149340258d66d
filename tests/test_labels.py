"""Labels as the teacher's classes and codes."""

import numpy as np
import pytest

from skdistill._labels import class_codes


def test_class_codes():
    """Positions in classes of any order and type; unknown ones are listed, ten at most."""
    classes = np.array(["b", "a", "c"])
    labels = np.array(["c", "a", "b", "b"])
    np.testing.assert_array_equal(class_codes(labels, classes, "They"), [2, 1, 0, 0])
    assert class_codes(np.array([]), np.array([1, 2]), "They").shape == (0,)
    with pytest.raises(ValueError, match=r"They contain .* know: \['d', 'e'\]. .* \['b', 'a', 'c'"):
        class_codes(np.array(["e", "a", "d", "d"]), classes, "They")
    with pytest.raises(ValueError, match=r"know: \[1, 2\]"):
        class_codes(np.array([1, 2]), classes, "They")
    with pytest.raises(ValueError, match=r"know: \[3, 4, 5, 6, 7, 8, 9, 10, 11, 12\]"):
        class_codes(np.arange(3, 100), np.array([1, 2]), "They")
