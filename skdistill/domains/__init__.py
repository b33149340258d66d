"""Input spaces: what each column may hold, and points that fill the space evenly."""

from skdistill.domains._as_domain import as_domain
from skdistill.domains._as_domain import given_parts as given_parts
from skdistill.domains._categories import Categories
from skdistill.domains._categories import Observed as Observed
from skdistill.domains._design import Design
from skdistill.domains._distribution import Distribution
from skdistill.domains._domain import Domain
from skdistill.domains._kind_of_rows import build_rows as build_rows
from skdistill.domains._kind_of_rows import check_fit as check_fit
from skdistill.domains._kind_of_rows import row_dtype as row_dtype
from skdistill.domains._learn import cube_coding
from skdistill.domains._learn import holds_integers as holds_integers
from skdistill.domains._learn import learn_parts as learn_parts
from skdistill.domains._ranges import Integers, Reals

# What other packages need of this one beside the API is imported above "as"
# itself; only __all__ is documented for users.
__all__ = [
    "Categories",
    "Design",
    "Distribution",
    "Domain",
    "Integers",
    "Reals",
    "as_domain",
    "cube_coding",
]
