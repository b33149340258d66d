"""One instance of every kind of estimator, for the checks that all must pass."""

from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KernelDensity
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill import (
    AdapterTransferSet,
    BoundaryTransferSet,
    CommitteeTransferSet,
    DistilledClassifier,
    DistilledRegressor,
    DistilledTreeClassifier,
    DistilledTreeRegressor,
    InvarianceTransferSet,
    JuntaDistiller,
    KernelDensityTransferSet,
    LinearProbeTreeClassifier,
    LinearProbeTreeRegressor,
    LocalGaussianTransferSet,
    MixtureTransferSet,
    MungeTransferSet,
    PoolTransferSet,
    RuleListClassifier,
    RuleSetClassifier,
    UncertaintyTransferSet,
)
from skdistill.transfer import (
    BootstrapTransferSet,
    ForestDensityTransferSet,
    GaussianCopulaTransferSet,
    GaussianMixtureTransferSet,
    InterpolationTransferSet,
    MarginalTransferSet,
    NoiseTransferSet,
    UniformTransferSet,
)
from skdistill.trees import AlternatingGrower, CartGrower, LatticeGrower, PrunedGrower


def distillers():
    """Distillers in the forms that users give them: without and with a cheap teacher.

    With a teacher they learn from the rows of X alone: weighted rows and
    repeated rows are then the same transfer set, which is what scikit-learn's
    checks of sample weights compare.
    """
    return [
        DistilledTreeClassifier(),
        DistilledTreeClassifier(GaussianNB(), transfer_set=None),
        DistilledTreeClassifier(
            DecisionTreeClassifier(max_depth=3), labels="soft", transfer_set=None
        ),
        DistilledTreeRegressor(),
        DistilledTreeRegressor(LinearRegression(), transfer_set=None),
        DistilledClassifier(),
        DistilledClassifier(GaussianNB(), DecisionTreeClassifier(), transfer_set=None),
        DistilledClassifier(
            DecisionTreeClassifier(max_depth=3),
            DecisionTreeRegressor(),
            labels="soft",
            transfer_set=None,
        ),
        DistilledClassifier(
            DecisionTreeClassifier(max_depth=3), GaussianNB(), labels="soft", transfer_set=None
        ),
        DistilledRegressor(),
        DistilledRegressor(LinearRegression(), DecisionTreeRegressor(), transfer_set=None),
        LinearProbeTreeClassifier(DecisionTreeClassifier(max_depth=3)),
        LinearProbeTreeRegressor(DecisionTreeRegressor(max_depth=3)),
        RuleListClassifier(max_rules=4, n_trees=2),
        RuleListClassifier(
            DecisionTreeClassifier(max_depth=3),
            max_rules=4,
            labels="soft",
            n_trees=2,
            transfer_set=None,
        ),
        RuleSetClassifier(GaussianNB(), max_rules=4, solver="milp", n_trees=2, transfer_set=None),
    ]


def probe_trees():
    """Trees from a teacher's inside, by probes."""
    return [
        LinearProbeTreeClassifier(DecisionTreeClassifier(max_depth=3), split_score="both"),
        LinearProbeTreeClassifier(
            DecisionTreeClassifier(max_depth=3), split_score="residual", labels="soft"
        ),
        LinearProbeTreeRegressor(DecisionTreeRegressor(max_depth=3), split_score="both"),
    ]


def grown_trees():
    """Trees by each way to grow; the default one is among the distillers."""
    lattice = LatticeGrower(2, depth=3, binning=8, n_rounds=0, max_frontier=50)
    return [
        DistilledTreeClassifier(grower=CartGrower()),
        DistilledTreeClassifier(grower=PrunedGrower(4)),
        DistilledTreeClassifier(grower=lattice),
        DistilledTreeClassifier(
            DecisionTreeClassifier(max_depth=3),
            labels="soft",
            grower=PrunedGrower(),
            class_weight="balanced",
            transfer_set=None,
        ),
        DistilledTreeClassifier(
            DecisionTreeClassifier(max_depth=3), labels="soft", grower=lattice, transfer_set=None
        ),
        DistilledTreeClassifier(grower=AlternatingGrower([CartGrower()]), min_samples_leaf=0.1),
        DistilledTreeRegressor(grower=CartGrower()),
        DistilledTreeRegressor(grower=PrunedGrower()),
        DistilledTreeRegressor(grower=lattice),
        DistilledTreeRegressor(grower=AlternatingGrower([lattice]), min_weight_fraction_leaf=0.1),
    ]


def query_learners():
    """Distillers that query their teacher and learn from no labelled rows."""
    return [
        JuntaDistiller(DecisionTreeClassifier(max_depth=3)),
        JuntaDistiller(DecisionTreeRegressor(max_depth=3)),
    ]


def transfer_sets():
    """Transfer sets, as transformers and as samplers."""
    return [
        MungeTransferSet(),
        MungeTransferSet(GaussianNB()),
        *density_sets(),
        *active_sets(),
        *given_sets(),
    ]


def density_sets():
    """Transfer sets that learn from the rows alone, whatever the teacher says."""
    return [
        LocalGaussianTransferSet(),
        LocalGaussianTransferSet(GaussianNB()),
        KernelDensityTransferSet(),
        GaussianMixtureTransferSet(max_components=3),
        GaussianCopulaTransferSet(),
        InterpolationTransferSet(),
        NoiseTransferSet(),
        MarginalTransferSet(),
        UniformTransferSet(),
        BootstrapTransferSet(),
        PoolTransferSet(),
        PoolTransferSet(GaussianNB()),
        ForestDensityTransferSet(n_estimators=3),
        MixtureTransferSet(
            transfer_sets=[("near", NoiseTransferSet()), ("far", UniformTransferSet())]
        ),
        MixtureTransferSet(GaussianNB(), transfer_sets=[("all", MarginalTransferSet())]),
    ]


def active_sets():
    """Transfer sets that query a teacher, with a cheap one that is unfitted."""
    return [
        BoundaryTransferSet(GaussianNB(), max_queries=200),
        UncertaintyTransferSet(DecisionTreeClassifier(max_depth=1), max_queries=100),
        CommitteeTransferSet(GaussianNB(), n_estimators=3, n_rounds=1, max_queries=100),
        CommitteeTransferSet(LinearRegression(), n_estimators=3, n_rounds=1, max_queries=100),
    ]


def given_sets():
    """Transfer sets of what the user has: a generator, transformations that change no label."""
    return [
        AdapterTransferSet(generator=KernelDensity()),
        InvarianceTransferSet(transformations=[MoveALittle()]),
        InvarianceTransferSet(transformations=[MoveALittle()], base=NoiseTransferSet()),
    ]


class MoveALittle:
    """Add the same small number to a whole row; its name in a test is always the same."""

    def __call__(self, X, rng):
        return X + rng.normal(scale=0.01, size=(len(X), 1)).astype(X.dtype)

    def __repr__(self):
        return "MoveALittle()"
