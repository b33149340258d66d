"""Generators of other libraries as transfer sets."""

from __future__ import annotations

import copy
import inspect
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from skdistill._frames import is_frame
from skdistill._validation import Instance, OneOf
from skdistill.teachers import freeze_teacher, seeded_clone
from skdistill.transfer._base import COMMON_RULES, BaseTransferSet
from skdistill.transfer._tables import Encoded, seeds_of

__all__ = ["AdapterTransferSet", "seeded"]

# Names of the argument of ``fit`` for categorical columns, in several libraries.
_DISCRETE = ("discrete_columns", "categorical_columns", "categorical_features")


class AdapterTransferSet(BaseTransferSet):
    """Rows of any other generator with ``fit`` and ``sample``.

    CTGAN and TVAE, synthesizers of SDV, scikit-learn's ``KernelDensity`` and
    ``GaussianMixture``, and whatever has these two methods. It gets what our
    own transfer sets have: data frames, categories, dtypes and bounds, and seeds
    that hold.

    Parameters
    ----------
    teacher : predictor or callable, default=None
        Labels the rows in :meth:`fit_resample`; not used otherwise. Fitted, or
        unfitted (then a clone is fitted on ``X, y``).
    generator : object with ``fit`` and ``sample``, default=None
        A copy is fitted. None is an error.
    n_samples : int or "auto", default="auto"
        Number of samples drawn by default. "auto" adds to the rows of X until
        there are 10,000; from 10,000 rows on, it draws as many as X has.
    categorical_features : "from_dtype", None, mask, positions or names, \
            default="from_dtype"
        Categorical columns. "from_dtype" takes a frame's columns of a
        categorical dtype, of text, and of objects, unless text or objects hold
        only numbers.
    random_state : int, RandomState instance or None, default=None
        Seeds :meth:`fit` and :meth:`sample`.

    Attributes
    ----------
    generator_ : object
        The fitted copy.
    n_samples_ : int
        Number of samples drawn by default.
    categorical_features_ : ndarray of shape (n_features,), dtype bool
        Which columns are categorical.
    teacher_ : predictor
        The fitted teacher; only after :meth:`fit_resample`.
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
    What the generator gets depends on its signature:

    * Where ``fit`` has an argument for categorical columns
      (``discrete_columns``, as CTGAN does, ``categorical_columns``,
      ``categorical_features``) or takes any keyword: a matrix of numbers and
      codes of categories, and the positions of the codes. A missing category is
      one more category.
    * Estimators of scikit-learn: a matrix of the numbers, as they are. Categorical
      columns are refused.
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
        *,
        generator: Any = None,
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
        self._takes = "matrix" if name or hasattr(generator, "get_params") else "rows"
        if self._takes == "matrix" and name is None and len(discrete):
            columns = np.flatnonzero(self.categorical_features_)
            names = getattr(self, "feature_names_in_", np.arange(self.n_features_in_))[columns]
            raise ValueError(
                f"The generator ({type(generator).__name__}) samples only numbers, but X has "
                f"categorical columns {names.tolist()}. Use a transfer set of skdistill."
            )
        given = self._table.decode(rows) if self._takes == "rows" else _matrix(rows)
        with seeded(seed):
            generator.fit(given, **({name: discrete.tolist()} if name else {}))
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
                f"The generator ({type(self.generator_).__name__}) was to sample {size} rows of "
                f"{self.n_features_in_} columns, but returned an array of shape {drawn.shape}."
            )
        rows = self._read(drawn)
        return rows.take(rng.permutation(size)), None

    def _widths(self) -> tuple[int, int]:
        """Numeric and categorical columns."""
        n_categorical = int(self.categorical_features_.sum())
        return self.n_features_in_ - n_categorical, n_categorical

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
        if self._takes == "rows":
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
    """Name of the argument of ``fit`` for categorical columns, if there is one."""
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


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the global states of Python, numpy and torch, and restore them after.

    Parameters
    ----------
    seed : int
        At least 0, below 2^32.

    Yields
    ------
    None
        Torch is seeded where it has been imported, and its devices too.
    """
    torch: Any = sys.modules.get("torch")
    cuda = torch is not None and torch.cuda.is_available()
    plain, legacy = random.getstate(), np.random.get_state()
    states = torch.get_rng_state() if torch is not None else None
    devices = torch.cuda.get_rng_state_all() if cuda else None
    random.seed(seed)
    np.random.seed(seed)
    if torch is not None:
        torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(plain)
        np.random.set_state(legacy)
        if torch is not None:
            torch.set_rng_state(states)
        if cuda:
            torch.cuda.set_rng_state_all(devices)
