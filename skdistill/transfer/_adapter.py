"""Generators of other libraries as transfer sets."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import numpy as np

from skdistill._frames import is_frame
from skdistill._validation import Instance, OneOf
from skdistill.teachers import freeze_teacher, seeded_clone
from skdistill.transfer._base import BaseTransferSet
from skdistill.transfer._rules import COMMON_RULES
from skdistill.transfer._tables._sampling import seeds_of
from skdistill.transfer._tables._seeding import seeded
from skdistill.transfer._tables._table import Encoded

__all__ = ["AdapterTransferSet"]

# What the argument of ``fit`` for columns of levels is called, here and there.
_DISCRETE = ("discrete_columns", "categorical_columns", "categorical_features")


class AdapterTransferSet(BaseTransferSet):
    """Rows of any other generator with ``fit`` and ``sample``.

    CTGAN and TVAE, synthesizers of SDV, scikit-learn's ``KernelDensity`` and
    ``GaussianMixture``, and whatever has these two methods. It gets what our
    own transfer sets have: data frames, levels, dtypes and bounds, and seeds
    that hold.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`, nothing else. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    generator : object with ``fit`` and ``sample``, default=None
        A copy is fitted. None is an error.
    n_samples : int or "auto", default="auto"
        Rows made by default: so many that those of X and these are 10,000
        together; as many as X has where it has 10,000 by itself.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Columns that hold levels. "from_dtype" takes a frame's categorical,
        string and object columns.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`fit` and :meth:`sample`.

    Attributes
    ----------
    generator_ : object
        The fitted copy.
    n_samples_ : int
        What ``n_samples`` came to.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns were taken as levels.
    teacher_ : predictor
        The teacher that labelled; after :meth:`fit_resample` alone.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, where X has them.

    See Also
    --------
    KernelDensityTransferSet : A kernel density for mixed columns.
    GaussianMixtureTransferSet : A mixture whose size is chosen.

    Notes
    -----
    What the generator gets depends on what it says that it takes:

    * Where ``fit`` names an argument for columns of levels
      (``discrete_columns``, as CTGAN does, ``categorical_columns``,
      ``categorical_features``) or takes any keyword: a matrix of numbers and
      level codes, and the positions of the codes. A missing level is one more
      level.
    * Estimators of scikit-learn: a matrix of the numbers, as they are. Columns
      of levels are refused.
    * Anything else: rows of the kind of X.

    Around ``fit``, and around each block of 16,384 rows that is sampled, the
    global states of Python, numpy and torch are seeded and restored;
    ``set_random_state`` and ``random_state`` are used where there are such. So
    the same seed gives the same rows, on one machine.

    Rows are shuffled: some generators return them sorted by component. They
    have no parents.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.mixture import GaussianMixture
    >>> from skdistill.transfer import AdapterTransferSet
    >>> X, _ = load_iris(return_X_y=True, as_frame=True)
    >>> mixture = AdapterTransferSet(generator=GaussianMixture(3), random_state=0)
    >>> mixture.fit(X).sample(2).columns.tolist() == X.columns.tolist()
    True
    """

    _parameter_rules = {
        "generator": [
            OneOf(None),
            Instance(
                "an object with fit and sample",
                lambda value: (
                    hasattr(value, "fit")
                    and hasattr(value, "sample")
                    and not isinstance(value, type)
                ),
            ),
        ],
        **COMMON_RULES,
    }

    def __init__(
        self,
        teacher: Any = None,
        generator: Any = None,
        *,
        n_samples: Any = "auto",
        categorical_features: Any = "from_dtype",
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.generator = generator
        self.n_samples = n_samples
        self.categorical_features = categorical_features
        self.random_state = random_state

    def _learn(self, rows: Encoded) -> None:
        if self.generator is None:
            raise ValueError(
                "AdapterTransferSet has nothing to adapt: generator=None. Pass "
                "generator=..., an object with fit and sample."
            )
        rng = np.random.Generator(np.random.SFC64(seeds_of(self.random_state)))
        seed = int(rng.integers(2**31 - 1))
        generator = _fresh(self.generator, seed)
        name = _discrete_argument(generator)
        discrete = rows.numbers.shape[1] + np.arange(rows.codes.shape[1])
        self._talk = "matrix" if name or hasattr(generator, "get_params") else "rows"
        if self._talk == "matrix" and name is None and len(discrete):
            columns = np.flatnonzero(self.categorical_features_)
            names = getattr(self, "feature_names_in_", np.arange(self.n_features_in_))[columns]
            raise ValueError(
                f"The generator ({type(generator).__name__}) draws numbers alone, but X has "
                f"categorical columns {names.tolist()}. Use a transfer set of skdistill."
            )
        told = self._table.decode(rows) if self._talk == "rows" else _matrix(rows)
        with seeded(seed):
            generator.fit(told, **({name: discrete.tolist()} if name else {}))
        self.generator_ = generator

    def _draw_block(self, size: int, rng: np.random.Generator) -> tuple[Encoded, None]:
        if not size:
            return Encoded(*(np.empty((0, k)) for k in self._widths())), None
        seed = int(rng.integers(2**31 - 1))
        arguments = _seed(self.generator_, seed)
        with seeded(seed):
            drawn = self.generator_.sample(size, **arguments)
        drawn = drawn[0] if isinstance(drawn, tuple) else drawn  # GaussianMixture: (X, component)
        if drawn.shape != (size, self.n_features_in_):
            raise ValueError(
                f"The generator ({type(self.generator_).__name__}) was asked for {size} rows of "
                f"{self.n_features_in_} columns and gave an array of shape {drawn.shape}."
            )
        rows = self._read(drawn)
        return rows.take(rng.permutation(size)), None

    def _widths(self) -> tuple[int, int]:
        """Numeric and categorical columns."""
        n_levels = int(self.categorical_features_.sum())
        return self.n_features_in_ - n_levels, n_levels

    def __sklearn_clone__(self) -> Any:
        # It is never changed here, and what has no parameters need not be copyable.
        shell = copy.copy(self)
        if self.generator is not None and not hasattr(self.generator, "get_params"):
            shell.generator = freeze_teacher(self.generator)
        return super(AdapterTransferSet, shell).__sklearn_clone__()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        if hasattr(self.generator, "__sklearn_tags__"):
            tags.input_tags.allow_nan = self.generator.__sklearn_tags__().input_tags.allow_nan
        return tags

    def _read(self, drawn: Any) -> Encoded:
        """Encode what the generator drew."""
        if self._talk == "rows":
            if is_frame(drawn) and hasattr(self, "feature_names_in_"):
                drawn = drawn[self.feature_names_in_.tolist()]
            return self._table.encode(drawn)
        matrix = np.asarray(drawn)
        n_numeric, _ = self._widths()
        numbers = matrix[:, :n_numeric].astype(self._table.low.dtype)
        return Encoded(numbers, matrix[:, n_numeric:].astype(np.float64).astype(np.int32))


def _fresh(generator: Any, seed: int) -> Any:
    """Return an unfitted, seeded copy of a generator."""
    if hasattr(generator, "get_params"):
        return seeded_clone(generator, np.random.RandomState(seed))
    try:
        generator = copy.deepcopy(generator)
    except AttributeError:  # CTGAN's TVAE cannot be pickled, and so copied, before it is fitted
        bare = generator.__class__.__new__(generator.__class__)
        bare.__dict__.update(copy.deepcopy(vars(generator)))
        generator = bare
    if hasattr(generator, "set_random_state"):
        generator.set_random_state(seed)
    return generator


def _discrete_argument(generator: Any) -> str | None:
    """Name of the argument of ``fit`` for columns of levels, if there is one."""
    parameters = inspect.signature(generator.fit).parameters
    for name in _DISCRETE:
        if name in parameters:
            return name
    # CTGAN wraps its methods, which hides their arguments.
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    return _DISCRETE[0] if open_ended else None


def _seed(generator: Any, seed: int) -> dict[str, int]:
    """Seed a fitted generator for its next rows; returns arguments of ``sample``."""
    if hasattr(generator, "set_random_state"):
        generator.set_random_state(seed)
    elif hasattr(generator, "get_params") and "random_state" in generator.get_params():
        generator.set_params(random_state=seed)
    takes_seed = "random_state" in inspect.signature(generator.sample).parameters
    return {"random_state": seed} if takes_seed else {}


def _matrix(rows: Encoded) -> np.ndarray:
    """Numbers, then codes, side by side."""
    return np.hstack([rows.numbers, rows.codes]) if rows.codes.shape[1] else rows.numbers
