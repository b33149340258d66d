"""Small search problems, and brute force on them."""

import numpy as np

from skdistill._lattice import Problem, find_literals, incidence

KINDS = ("hard", "soft", "three", "values", "several")


def make_targets(kind, n, rng):
    """Targets of shape (n, n_targets), and whether they are labels."""
    if kind == "hard":
        return np.eye(2)[rng.integers(0, 2, n)], True
    if kind == "three":
        return np.eye(3)[rng.integers(0, 3, n)], True
    if kind == "soft":
        return rng.dirichlet(np.ones(3), size=n), True
    return rng.random((n, 1 if kind == "values" else 2)), False


def make_problem(X, targets, classification, weight=None, basis=None, n_bins=8, form=incidence):
    """A search problem on rows; without a basis, splits are chosen by labels alone."""
    X = np.asarray(X, dtype=np.float32)
    weight = np.ones(len(X)) if weight is None else weight
    literals = find_literals(X, weight, n_bins)
    basis = np.zeros((len(X), 0)) if basis is None else basis
    return Problem(form(X, literals), literals, targets, weight, basis, classification)


def literal_mask(problem):
    """Answers of all rows to all literals, of shape (n, n_literals)."""
    rows = np.arange(len(problem.weight))
    columns = [problem.incidence.satisfied(rows, j) for j in range(len(problem.literals))]
    return np.column_stack(columns) if columns else np.zeros((len(rows), 0), dtype=bool)


def error_of(problem, rows):
    """Error of the best leaf on some rows, from its definition."""
    weight, targets = problem.weight[rows], problem.targets[rows]
    if problem.classification:
        return float(min(weight @ (1.0 - targets)))
    mean = weight @ targets / weight.sum()
    return float(weight @ ((targets - mean) ** 2).sum(axis=1))


def all_trees(problem, depth, min_leaf=0.0, rows=None, mask=None):
    """Sizes and errors of every tree there is, one after the other; nothing is optimised."""
    rows = np.arange(len(problem.weight)) if rows is None else rows
    mask = literal_mask(problem) if mask is None else mask
    sizes, errors = [np.ones(1, dtype=int)], [np.array([error_of(problem, rows)])]
    for j in range(mask.shape[1] if depth else 0):
        children = rows[mask[rows, j]], rows[~mask[rows, j]]
        if min(problem.weight[child].sum() for child in children) > max(0.0, min_leaf - 1e-9):
            left, right = (
                all_trees(problem, depth - 1, min_leaf, child, mask) for child in children
            )
            sizes.append(np.add.outer(left[0], right[0]).ravel())
            errors.append(np.add.outer(left[1], right[1]).ravel())
    return np.concatenate(sizes), np.concatenate(errors)


def least_errors(sizes, errors, max_leaves):
    """Least error of all trees with at most 1, 2, ... leaves."""
    return np.array([errors[sizes <= k].min() for k in range(1, max_leaves + 1)])
