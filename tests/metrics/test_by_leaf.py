"""Disagreement leaf by leaf, against plain loops over rows."""

import json
from collections import Counter

import numpy as np
import pytest
from scipy import sparse
from scipy.stats import binomtest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import (
    DistilledClassifier,
    DistilledRegressor,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    RuleSet,
    extract_rules,
    fidelity_report,
)
from skdistill.rule_learners import RuleListClassifier, RuleSetClassifier


def of_rows(X, y):
    """A teacher as a function that knows what to predict for each row of X."""
    known = {tuple(row): label for row, label in zip(X.tolist(), y.tolist(), strict=True)}
    return lambda rows: np.array([known[tuple(row)] for row in rows.tolist()])


@pytest.fixture(scope="module")
def cancer():
    """A forest, a plain tree of six leaves on its labels, and fresh rows."""
    X, y = load_breast_cancer(return_X_y=True)
    forest = RandomForestClassifier(n_estimators=15, random_state=0).fit(X[:250], y[:250])
    tree = DecisionTreeClassifier(max_leaf_nodes=6, random_state=0)
    tree.fit(X[:250], forest.predict(X[:250]))
    return forest, tree, X[250:]


def leaves_left_to_right(tree, node=0):
    """Nodes of the leaves, by recursion."""
    if tree.children_left[node] == -1:
        return [node]
    left, right = tree.children_left[node], tree.children_right[node]
    return leaves_left_to_right(tree, left) + leaves_left_to_right(tree, right)


@pytest.mark.parametrize("weighted", [False, True])
def test_classes(cancer, weighted):
    """Rows, share, interval, the most frequent other answer and the order: by loops."""
    forest, tree, X = cancer
    weight = np.random.default_rng(0).random(len(X)) if weighted else np.ones(len(X))
    report = fidelity_report(
        tree, X, teacher=forest, sample_weight=weight if weighted else None, confidence=0.9
    )
    y_teacher, y_student, node = forest.predict(X), tree.predict(X), tree.apply(X)
    all_wrong = sum(weight[i] for i in range(len(X)) if y_teacher[i] != y_student[i])
    assert sorted(leaf.leaf for leaf in report.leaves) == list(range(6))
    for place, number in enumerate(leaves_left_to_right(tree.tree_)):
        (leaf,) = (leaf for leaf in report.leaves if leaf.leaf == place)
        rows = [i for i in range(len(X)) if node[i] == number]
        wrong = [i for i in rows if y_teacher[i] != y_student[i]]
        assert leaf.n_rows == len(rows)
        assert leaf.coverage == pytest.approx(sum(weight[rows]) / sum(weight))
        assert leaf.error_share == pytest.approx(sum(weight[wrong]) / all_wrong)
        if not rows:
            assert leaf.prediction is None
            assert leaf.fidelity is None
            continue
        assert leaf.prediction == y_student[rows[0]]
        assert leaf.fidelity.value == pytest.approx(1 - sum(weight[wrong]) / sum(weight[rows]))
        others = Counter()
        for i in wrong:
            others[y_teacher[i]] += weight[i]
        assert leaf.teacher_prediction == (others.most_common(1)[0][0] if wrong else None)
        if weighted:
            assert leaf.fidelity.low is None
        else:
            exact = binomtest(len(rows) - len(wrong), len(rows)).proportion_ci(0.9)
            np.testing.assert_allclose(
                [leaf.fidelity.low, leaf.fidelity.high], [exact.low, exact.high]
            )
    shares = [leaf.error_share for leaf in report.leaves]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)


def test_several_classes_and_what_is_y_student_instead():
    """Of three answers, the one that weighs most among the wrong ones."""
    X = np.array([[0.0], [0.1], [0.2], [0.3], [1.0]])
    tree = DecisionTreeClassifier().fit([[0.0], [1.0]], ["a", "b"])
    y_teacher = np.array(["a", "b", "c", "c", "b"])
    report = fidelity_report(tree, X, teacher=of_rows(X, y_teacher))
    assert [(leaf.leaf, leaf.prediction, leaf.teacher_prediction) for leaf in report.leaves] == [
        (0, "a", "c"), (1, "b", None),
    ]  # fmt: skip
    report = fidelity_report(tree, X, teacher=of_rows(X, y_teacher), sample_weight=[1, 5, 1, 1, 1])
    assert report.leaves[0].teacher_prediction == "b"
    assert report.leaves[0].fidelity.value == pytest.approx(1 / 8)


def test_rows_that_disagree(cancer):
    """They are in their leaf, disagree, and are those on which the teacher is surest."""
    forest, tree, X = cancer
    report = fidelity_report(tree, X, teacher=forest, n_rows_shown=3)
    y_teacher, y_student, node = forest.predict(X), tree.predict(X), tree.apply(X)
    sure = forest.predict_proba(X).max(axis=1)
    nodes = leaves_left_to_right(tree.tree_)
    n_shown = 0
    for leaf in report.leaves:
        wrong = [
            i for i in range(len(X)) if node[i] == nodes[leaf.leaf] and y_teacher[i] != y_student[i]
        ]
        wrong.sort(key=lambda i: (-sure[i], i))
        assert [row.index for row in leaf.rows] == wrong[:3]
        for row in leaf.rows:
            assert (row.y_teacher, row.y_student) == (y_teacher[row.index], y_student[row.index])
            assert row.values == {f"x{j}": X[row.index, j] for j in range(X.shape[1])}
            path = {f"x{tree.tree_.feature[n]}" for n in tree.decision_path(X[[row.index]]).indices}
            path.discard("x-2")
            assert set(list(row.values)[: len(path)]) == path  # what its leaf asks comes first
            n_shown += 1
    assert n_shown > 3
    assert all(
        not leaf.rows for leaf in fidelity_report(tree, X, teacher=forest, n_rows_shown=0).leaves
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_values(weighted):
    """Root mean squared error and the share of the squared error, by loops; furthest rows."""
    X, y = load_diabetes(return_X_y=True)
    forest = RandomForestRegressor(n_estimators=10, random_state=0).fit(X[:300], y[:300])
    tree = DistilledTreeRegressor(forest, max_leaf_nodes=5, random_state=0).fit(X[:300])
    X = X[300:]
    weight = np.random.default_rng(1).random(len(X)) if weighted else np.ones(len(X))
    report = fidelity_report(tree, X, sample_weight=weight if weighted else None, n_rows_shown=2)
    y_teacher, y_student, node = forest.predict(X), tree.predict(X), tree.apply(X)
    error = [(y_teacher[i] - y_student[i]) ** 2 for i in range(len(X))]
    total = sum(weight[i] * error[i] for i in range(len(X)))
    nodes = leaves_left_to_right(tree.tree_)
    for leaf in report.leaves:
        rows = [i for i in range(len(X)) if node[i] == nodes[leaf.leaf]]
        own = sum(weight[i] * error[i] for i in rows)
        assert leaf.error_share == pytest.approx(own / total)
        assert leaf.rmse == pytest.approx(np.sqrt(own / sum(weight[rows])))
        assert leaf.fidelity is None
        assert leaf.teacher_prediction is None
        assert leaf.prediction == y_student[rows[0]]
        rows.sort(key=lambda i: -error[i])
        assert [row.index for row in leaf.rows] == rows[:2]
    # The whole error is that of the leaves together.
    mean = sum(leaf.coverage * leaf.rmse**2 for leaf in report.leaves)
    assert report.scores["rmse"] == pytest.approx(np.sqrt(mean))
    assert "% of the squared error" in str(report)


def test_several_outputs():
    """Vectors of values: squared errors are averaged over the outputs."""
    X, y = load_diabetes(return_X_y=True)
    teacher = LinearRegression().fit(X, np.column_stack([y, X[:, 0] * 100]))
    tree = DistilledTreeRegressor(teacher, max_leaf_nodes=4, random_state=0).fit(X)
    report = fidelity_report(tree, X[:50])
    error = ((teacher.predict(X[:50]) - tree.predict(X[:50])) ** 2).mean(axis=1)
    assert sum(leaf.coverage * leaf.rmse**2 for leaf in report.leaves) == pytest.approx(
        error.mean()
    )
    answer = report.leaves[0].prediction
    assert isinstance(answer, list)
    assert len(answer) == 2
    json.dumps(report.to_dict()["leaves"])


def test_rules_are_the_leaves(cancer):
    """The numbers are those of extract_rules; rule sets as students are listed by rule."""
    forest, tree, X = cancer
    rules = extract_rules(tree)
    report = fidelity_report(tree, X, teacher=forest)
    of_rules = fidelity_report(rules, X, teacher=forest)
    assert report.scores == of_rules.scores
    for leaf, rule in zip(report.leaves, of_rules.leaves, strict=True):
        assert (leaf.leaf, leaf.n_rows, leaf.fidelity, leaf.teacher_prediction, leaf.rows) == (
            rule.leaf, rule.n_rows, rule.fidelity, rule.teacher_prediction, rule.rows,
        )  # fmt: skip
        assert rule.name == rules[rule.leaf].premise_text
        assert leaf.name == ""
        assert leaf.n_rows == np.count_nonzero(rules.apply(X) == leaf.leaf)
    values = extract_rules(DecisionTreeRegressor(max_leaf_nodes=4).fit(X, X[:, 0]))
    report = fidelity_report(values, X, teacher=lambda X: X[:, 0])
    assert report.kind == "values"
    assert sum(leaf.error_share for leaf in report.leaves) == pytest.approx(1)


def test_ordered_rules(cancer):
    """In a list the first rule that holds has the row."""
    forest, tree, X = cancer
    rules = extract_rules(tree).simplify(X, forest.predict(X), tolerance=0.02)
    report = fidelity_report(rules, X, teacher=forest)
    for leaf in report.leaves:
        held = rules.covers(X)
        first = [i for i in range(len(X)) if held[i, leaf.leaf] and not held[i, : leaf.leaf].any()]
        assert leaf.n_rows == len(first)
        assert leaf.name == rules.premise_text(leaf.leaf)
    assert any(leaf.name == "else" for leaf in report.leaves)
    assert f"\n  by rule, the worst {len(rules)} of {len(rules)}\n    rule " in str(report)


@pytest.mark.parametrize("learner", [RuleListClassifier, RuleSetClassifier])
def test_rule_learners(learner):
    """Their rules are listed; they remember their rows, and their probabilities compare."""
    X, y = load_iris(return_X_y=True)
    forest = RandomForestClassifier(n_estimators=10, random_state=0).fit(X, y)
    student = learner(forest, max_rules=3, random_state=0).fit(X[::2])
    report = fidelity_report(student, X[1::2])
    assert report.n_seen is not None
    assert len(report.leaves) == len(student.rules_) == report.complexity["rules"]
    which = student.rules_.apply(X[1::2])
    for leaf in report.leaves:
        assert leaf.n_rows == np.count_nonzero(which == leaf.leaf)
        assert leaf.name == student.rules_.premise_text(leaf.leaf)
    assert "total_variation" in report.scores


def test_names_of_leaves(cancer):
    """A rule set or texts; columns are then called as the rules call them."""
    forest, tree, X = cancer
    names = [f"cell {j}" for j in range(X.shape[1])]
    rules = extract_rules(tree, feature_names=names)
    report = fidelity_report(tree, X, teacher=forest, leaf_names=rules)
    for leaf in report.leaves:
        assert leaf.name == rules[leaf.leaf].premise_text
        assert all(set(row.values) == set(names) for row in leaf.rows)
    worst = report.leaves[0]
    assert f"      {worst.name}\n      row {worst.rows[0].index}: teacher " in str(report)
    texts = [f"group {k}" for k in range(6)]
    report = fidelity_report(tree, X, teacher=forest, leaf_names=texts)
    assert all(leaf.name == f"group {leaf.leaf}" for leaf in report.leaves)
    with pytest.raises(ValueError, match="leaf_names has 2 names, but the student has 6 leaves"):
        fidelity_report(tree, X, teacher=forest, leaf_names=texts[:2])


def test_text(cancer):
    """As many leaves and rows as were asked for; nothing where nothing is wrong."""
    forest, tree, X = cancer
    report = fidelity_report(tree, X, teacher=forest, n_leaves_shown=2)
    section = str(report).split("  by leaf, the worst 2 of 6\n")[1].splitlines()
    assert [line.strip().split(":")[0] for line in section[::2]] == [
        f"leaf {leaf.leaf}" for leaf in report.leaves[:2]
    ]
    assert [line.strip().split(":")[0] for line in section[1::2]] == [
        f"row {leaf.rows[0].index}" for leaf in report.leaves[:2]
    ]
    assert str(report.leaves[0].fidelity) in section[0]
    assert "by leaf" not in str(fidelity_report(tree, X, teacher=forest, n_leaves_shown=0))
    assert "by leaf" not in str(fidelity_report(tree, X, teacher=tree))
    stored = fidelity_report(tree, X, teacher=forest).to_dict()["leaves"]
    assert len(stored) == 6
    assert json.loads(json.dumps(stored))[0]["rows"][0]["y_student"] == report.leaves[0].prediction
    for wrong in ({"n_leaves_shown": -1}, {"n_rows_shown": 1.5}):
        with pytest.raises(ValueError, match="must be an integer >= 0"):
            fidelity_report(tree, X, teacher=forest, **wrong)


@pytest.mark.filterwarnings("ignore:.*merely repeats y")
@pytest.mark.parametrize("place", ["distiller", "soft", "pipeline", "search", "inner pipeline"])
def test_trees_wherever_they_are(cancer, place):
    """Leaves of the tree inside; its rows are what that tree sees."""
    forest, _, X = cancer
    tree = DecisionTreeClassifier(max_leaf_nodes=5, random_state=0)
    seen = X
    if place == "distiller":
        student = DistilledClassifier(forest, tree, random_state=0).fit(X)
        inner = student.student_
    elif place == "soft":
        tree = DecisionTreeRegressor(max_leaf_nodes=5, random_state=0)
        student = DistilledClassifier(forest, tree, labels="soft", random_state=0).fit(X)
        inner = student.student_
    elif place == "pipeline":
        seen = StandardScaler().fit_transform(X)
        teacher = LogisticRegression().fit(seen, forest.predict(X))
        student = make_pipeline(
            StandardScaler(), DistilledTreeClassifier(teacher, max_leaf_nodes=5, transfer_set=None)
        ).fit(X)
        inner = student[-1]
    elif place == "search":
        student = DistilledTreeClassifier(forest, transfer_set=None, random_state=0)
        student = GridSearchCV(student, {"max_leaf_nodes": [5]}, cv=2).fit(X, forest.predict(X))
        inner = student.best_estimator_
    else:
        student = DistilledClassifier(
            forest, make_pipeline(StandardScaler(), tree), transfer_set=None, random_state=0
        ).fit(X)
        seen, inner = student.student_[0].transform(X), student.student_[-1]
    report = fidelity_report(student, X)
    node = inner.apply(seen)
    nodes = leaves_left_to_right(inner.tree_)
    assert len(report.leaves) == 5
    for leaf in report.leaves:
        assert leaf.n_rows == np.count_nonzero(node == nodes[leaf.leaf])
        for row in leaf.rows:
            np.testing.assert_allclose(row.values["x3"], seen[row.index, 3])
            assert row.y_student == student.predict(X[[row.index]])[0]
    # Asked with another teacher, the leaves are the same.
    other = fidelity_report(student, X, teacher=forest)
    assert {leaf.leaf: leaf.n_rows for leaf in other.leaves} == {
        leaf.leaf: leaf.n_rows for leaf in report.leaves
    }


def test_students_without_leaves(cancer):
    """No tree, no rules, many trees: there is nothing to list."""
    forest, _, X = cancer
    y = forest.predict(X)
    for student in (
        GaussianNB().fit(X, y),
        forest,
        DistilledClassifier(forest, GaussianNB()).fit(X),
    ):
        assert fidelity_report(student, X, teacher=forest).leaves == ()
    student = DistilledRegressor(LinearRegression().fit(X, y), LinearRegression()).fit(X)
    assert fidelity_report(student, X).leaves == ()


def test_frames_with_levels_and_gaps():
    """Values as the frame has them, gaps as None; levels stand for their column."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "noise": rng.normal(size=300),
            "port": pd.Categorical(rng.choice(["A", "B", "C"], 300)),
            "age": pd.array(rng.integers(1, 80, 300), dtype="Int64"),
        }
    )
    X.loc[::7, "age"] = pd.NA

    def teacher(X):
        return ((X["port"] == "B") & (X["age"].fillna(0) > 30)).astype(int).to_numpy()

    tree = DistilledTreeClassifier(teacher, max_leaf_nodes=2, transfer_set=None, random_state=0)
    report = fidelity_report(tree.fit(X), X, n_rows_shown=300)
    rows = [row for leaf in report.leaves for row in leaf.rows]
    assert len(rows) == np.count_nonzero(teacher(X) != tree.predict(X)) > 0
    for row in rows:
        assert set(row.values) == {"noise", "port", "age"}
        assert row.values["noise"] == X["noise"].iloc[row.index]
        assert row.values["port"] == X["port"].iloc[row.index]
        age = X["age"].iloc[row.index]
        assert row.values["age"] is None if age is pd.NA else row.values["age"] == age
        assert next(iter(row.values)) in ("port", "age")
    json.dumps(report.to_dict()["leaves"])


def test_a_tree_that_names_its_leaves(cancer):
    """What the tree calls its leaves stands in the report, unless other names are given."""
    forest, _, X = cancer

    class Named(DecisionTreeClassifier):
        def leaf_names(self):
            return [f"box {k}" for k in range(self.get_n_leaves())]

    named = Named(max_leaf_nodes=3, random_state=0).fit(X, forest.predict(X))
    report = fidelity_report(named, X, teacher=forest)
    assert {leaf.leaf: leaf.name for leaf in report.leaves} == {0: "box 0", 1: "box 1", 2: "box 2"}
    report = fidelity_report(named, X, teacher=forest, leaf_names=["a", "b", "c"])
    assert sorted(leaf.name for leaf in report.leaves) == ["a", "b", "c"]


def test_leaves_without_rows():
    """They are listed last, and nothing is known of them."""
    tree = DecisionTreeClassifier().fit([[0.0], [1.0]], [0, 1])
    _, empty = fidelity_report(tree, [[0.0]] * 3, teacher=lambda X: np.array([0, 1, 1])).leaves
    assert (empty.leaf, empty.n_rows, empty.fidelity, empty.prediction) == (1, 0, None, None)
    assert str(empty).endswith("(0 rows)")
    # Nor of those whose rows weigh nothing.
    values = DecisionTreeRegressor().fit([[0.0], [1.0]], [0.0, 1.0])
    report = fidelity_report(
        values, [[0.0], [0.0], [1.0]], teacher=lambda X: [1.0, 2.0, 0.0], sample_weight=[1, 1, 0]
    )
    assert (report.leaves[1].leaf, report.leaves[1].rmse) == (1, None)
    assert report.leaves[1].coverage == report.leaves[1].error_share == 0


def test_sparse_rows():
    """Of sparse rows the values that are not zero."""
    rng = np.random.default_rng(0)
    X = sparse.csr_matrix(rng.normal(size=(200, 30)) * (rng.random((200, 30)) < 0.2))
    tree = DecisionTreeClassifier(max_leaf_nodes=3, random_state=0)
    tree.fit(X, X[:, [0]].toarray().ravel() > 0)
    report = fidelity_report(
        tree, X, teacher=lambda X: X[:, [1]].toarray().ravel() > 0, n_rows_shown=4
    )
    (leaf, *_) = report.leaves
    assert len(leaf.rows) == 4
    for row in leaf.rows:
        held = X[[row.index]].toarray()[0]
        assert row.values == {f"x{j}": held[j] for j in np.flatnonzero(held)}


def test_one_leaf_and_rules_of_a_part():
    """A tree without any split is one leaf; rules that miss a row are refused by themselves."""
    X, y = load_iris(return_X_y=True)
    stump = DecisionTreeClassifier().fit(X, np.zeros(150, dtype=int))
    (leaf,) = fidelity_report(stump, X, teacher=of_rows(X, (y > 1).astype(int))).leaves
    assert (leaf.n_rows, leaf.coverage, leaf.error_share, leaf.teacher_prediction) == (
        150,
        1.0,
        1.0,
        1,
    )
    rules = extract_rules(DecisionTreeClassifier(max_leaf_nodes=3).fit(X, y))
    part = RuleSet(rules.rules[:1], rules.feature_names)
    with pytest.raises(ValueError, match="No rule holds"):
        fidelity_report(part, X, teacher=of_rows(X, y))
