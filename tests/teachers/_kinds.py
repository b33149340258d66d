"""Teachers of odd kinds, for the tests of this folder."""

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
    """Answers by a function of the rows, whatever that gives."""

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
    """Counts the rows of each question to a fitted predictor."""

    def __init__(self, predictor):
        self.predictor = predictor
        self.asked = []
        if hasattr(predictor, "classes_"):
            self.classes_ = predictor.classes_

    def predict(self, X):
        self.asked.append(X.shape[0])
        return self.predictor.predict(X)

    def predict_proba(self, X):
        self.asked.append(X.shape[0])
        return self.predictor.predict_proba(X)
