"""Rows that a student knows: refused, warned of, or natural repeats."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill import DistilledTreeClassifier
from skdistill.exceptions import DistillationWarning
from skdistill.theory import SequentialCertificate, fidelity_certificate
from tests.theory._pairs import Remembering, teacher, uniform_rows


def _discrete_rows(seed, n, levels, d=4):
    """Rows of d columns with skewed levels: some repeat often, some never."""
    return np.random.default_rng(seed).geometric(1 / levels, size=(n, d)) - 1.0


def test_the_rows_of_the_fit_are_refused():
    """All of them, a part of them, in any order, more than once."""
    X = uniform_rows(0, 300)
    student = Remembering().fit(X)
    for rows in (X, X[::-1], X[:50], X[[7]], np.concatenate([X, X])):
        with pytest.raises(ValueError, match=r"All \d+ rows of X are rows that the student was"):
            fidelity_certificate(teacher, student, rows)


def test_fresh_rows_pass_in_silence():
    """And are said to be fresh."""
    student = Remembering().fit(uniform_rows(0, 300))
    certificate = fidelity_certificate(teacher, student, uniform_rows(1, 300))
    assert certificate.n_known == 0
    assert "none of which the student was fitted on" in str(certificate)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_partly_known_rows_warn_with_their_share(share):
    """Known rows among fresh ones of a continuous table are found exactly."""
    X, fresh = uniform_rows(0, 1000), uniform_rows(1, 1000)
    student, n_known = Remembering().fit(X), int(1000 * share)
    rows = np.concatenate([X[:n_known], fresh[n_known:]])
    with pytest.warns(DistillationWarning, match=rf"about {share:.1%} of X is not fresh"):
        certificate = fidelity_certificate(teacher, student, rows)
    assert certificate.n_known == n_known
    assert f"{n_known} of which equal rows" in str(certificate)


@pytest.mark.parametrize("levels", [1.3, 2, 4, 8])
def test_natural_repeats_of_discrete_rows_pass(levels):
    """Fresh rows of coarse tables, of which up to nearly all equal known ones."""
    known_share = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", DistillationWarning)
        for seed in range(20):
            student = Remembering().fit(_discrete_rows(2 * seed, 400, levels))
            rows = _discrete_rows(2 * seed + 1, 300, levels)
            known_share.append(fidelity_certificate(teacher, student, rows).n_known / 300)
    expected = {1.3: (0.9, 1.0), 2: (0.5, 0.9), 4: (0.05, 0.4), 8: (0, 0.1)}[levels]
    assert expected[0] < np.mean(known_share) <= expected[1]


@pytest.mark.parametrize("levels", [3, 6])
def test_known_rows_among_natural_repeats_are_found(levels):
    """Half of the rows copied: the estimated share is about a half, not the raw share."""
    shares = []
    for seed in range(20):
        X = _discrete_rows(2 * seed, 400, levels)
        rows = np.concatenate([X[:150], _discrete_rows(2 * seed + 1, 150, levels)])
        with pytest.warns(DistillationWarning) as record:
            fidelity_certificate(teacher, Remembering().fit(X), rows)
        text = str(record[0].message)
        shares.append(float(text.split("about ")[1].split("%")[0]) / 100)
    assert abs(np.mean(shares) - 0.5) < 0.05
    # All copied is refused, though many rows have natural twins.
    with pytest.raises(ValueError, match="All 150 rows"):
        fidelity_certificate(teacher, Remembering().fit(X), X[:150])


def test_a_table_of_few_cells_passes_unless_it_is_the_very_same():
    """With every possible row seen often, only the same rows in full can be told apart."""
    X = np.random.default_rng(0).integers(0, 2, size=(500, 3)) * 1.0
    student = Remembering().fit(X)
    fresh = np.random.default_rng(1).integers(0, 2, size=(200, 3)) * 1.0
    certificate = fidelity_certificate(teacher, student, fresh)
    assert certificate.n_known == 200
    with pytest.raises(ValueError, match="All 500 rows"):
        fidelity_certificate(teacher, student, X[::-1])


def test_one_natural_twin_is_no_alarm():
    """One row of a hundred that was seen before may happen in any table."""
    X, rows = uniform_rows(0, 200), uniform_rows(1, 100)
    rows[3] = X[5]
    certificate = fidelity_certificate(teacher, Remembering().fit(X), rows)
    assert certificate.n_known == 1


def test_a_student_without_memory_says_so():
    """Nothing can be checked, and the sentence tells."""
    certificate = fidelity_certificate(teacher, Remembering(), uniform_rows(0, 10))
    assert certificate.n_known is None
    assert "the student keeps no record of its rows" in str(certificate)


def test_memory_inside_a_pipeline():
    """The student knows rows as the steps before it hand them on."""

    class Step(Remembering):
        def fit(self, X, y=None):
            return super().fit(X)

    X = uniform_rows(0, 200)
    pipeline = make_pipeline(StandardScaler(), Step()).fit(X)
    with pytest.raises(ValueError, match="All 200 rows"):
        fidelity_certificate(teacher, pipeline, X)
    assert fidelity_certificate(teacher, pipeline, uniform_rows(1, 50)).n_known == 0


def test_memory_by_group():
    """Known rows are counted in the group that they belong to."""
    X, rows = uniform_rows(0, 200), uniform_rows(1, 100)
    rows[:30] = X[:30]
    groups = np.arange(100) < 50
    with pytest.warns(DistillationWarning, match="not fresh"):
        by_group = fidelity_certificate(teacher, Remembering().fit(X), rows, groups=groups)
    assert (by_group[True].n_known, by_group[False].n_known) == (30, 0)
    assert "30 of which equal rows that the student was fitted on" in str(by_group)


def test_rows_of_an_earlier_update_are_refused_too():
    """Counting a row twice would make the count too sure."""
    student = Remembering().fit(uniform_rows(0, 200))
    watch = SequentialCertificate(teacher, student)
    first = uniform_rows(1, 100)
    watch.update(first)
    with pytest.raises(ValueError, match="All 100 rows of X are rows of an earlier update"):
        watch.update(first)
    with pytest.raises(ValueError, match="All 200 rows of X are rows that the student was"):
        watch.update(uniform_rows(0, 200))
    # What was refused was not counted.
    assert watch.update(uniform_rows(2, 50)).n_rows == 150
    with pytest.warns(DistillationWarning, match="equal rows of an earlier update"):
        watch.update(np.concatenate([first[:50], uniform_rows(3, 50)]))


def test_distillers_remember_their_rows(cancer):
    """The road's end: real distillers, with frames, arrays and a budget of queries."""
    X, y = cancer
    model = LogisticRegression().fit(X[:150], y[:150])
    tree = DistilledTreeClassifier(model, random_state=0).fit(X[:150])
    with pytest.raises(ValueError, match="All 150 rows of X"):
        fidelity_certificate(model, tree, X[:150])
    assert fidelity_certificate(model, tree, X[150:]).n_known == 0
    # Rows that the budget left out are fresh for a teacher that was fitted elsewhere ...
    small = DistilledTreeClassifier(model, max_queries=50, random_state=0).fit(X[:150])
    assert len(small.row_hashes_) == 50
    # ... but not for one that was fitted on them here.
    own = DistilledTreeClassifier(
        LogisticRegression(), max_queries=50, random_state=0, transfer_set=None
    )
    assert len(own.fit(X[:150], y[:150]).row_hashes_) == 150
    assert len(DistilledTreeClassifier().fit(X[:150], y[:150]).row_hashes_) == 150


def test_rows_are_known_in_every_kind():
    """Arrays of any number type, sparse rows and frames of the same numbers."""
    pd = pytest.importorskip("pandas")
    X = np.random.default_rng(0).integers(0, 50, size=(40, 3))
    student = Remembering().fit(X)
    for rows in (
        X.astype(float),
        X.astype(object),
        X.tolist(),
        sparse.csr_matrix(X),
        sparse.coo_matrix(X),
        pd.DataFrame(X),
    ):
        with pytest.raises(ValueError, match="All 40 rows"):
            fidelity_certificate(teacher, student, rows)


def test_the_bound_does_not_depend_on_the_order_of_rows():
    """The same rows get the same betting bound however they come; other rows another one."""
    X = uniform_rows(0, 50)

    def bound(rows):
        return fidelity_certificate(
            lambda X: X[:, 0], lambda X: X[:, 1], rows, loss=lambda t, s: np.abs(t - s) / 2
        ).bound

    shuffled = np.random.default_rng(1).permutation(50)
    assert bound(X) == bound(X[shuffled]) == bound(X[::-1])
    X[0, 0] += 0.01
    assert bound(X) != bound(X[shuffled] - 0.01)
