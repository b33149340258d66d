"""Teachers of odd kinds, for the tests of this folder."""

import threading

import numpy as np


class Plain:
    """Only ``predict``, no scikit-learn at all."""

    def predict(self, X):
        return (np.asarray(X)[:, 0] > 0).astype(int)


class PlainFittable(Plain):
    """Like a network of another library: ``fit`` and ``predict``, but no ``get_params``."""

    n_fits = 0

    def fit(self, X, y):
        self.n_fits += 1
        return self


class Broken:
    """Predicts with a function of the rows, whatever that returns."""

    def __init__(self, function, classes=None):
        self.function = function
        if classes is not None:
            self.classes_ = np.asarray(classes)

    def predict(self, X):
        return self.function(X)


class BrokenSoft(Broken):
    """The same for probabilities."""

    def predict_proba(self, X):
        return self.function(X)


class Counting:
    """Records the number of rows of each call to a fitted predictor."""

    def __init__(self, predictor):
        self.predictor = predictor
        self.calls = []
        if hasattr(predictor, "classes_"):
            self.classes_ = predictor.classes_

    def predict(self, X):
        self.calls.append(X.shape[0])
        return self.predictor.predict(X)

    def predict_proba(self, X):
        self.calls.append(X.shape[0])
        return self.predictor.predict_proba(X)


class Service:
    """A function that records its calls, and raises an error in one of them.

    Parameters
    ----------
    error : BaseException, default=None
        Raised ...
    at : int, default=None
        ... in this call, counted from 0.
    """

    def __init__(self, error=None, at=None):
        self.error, self.at = error, at
        self.calls = []
        self._lock = threading.Lock()

    def __call__(self, X):
        with self._lock:
            number = len(self.calls)
            self.calls.append(X.shape[0])
        if number == self.at:
            raise self.error
        return np.asarray(X)[:, 0] * 2.0
