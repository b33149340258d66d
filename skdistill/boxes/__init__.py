"""Boxes over binned columns: what rule learners and scenario discovery share.

A box is a conjunction of one interval a column. Rows are merged and binned once;
a climb improves a box one interval at a time, and an ordered list of boxes knows
what a change would gain. Nothing here knows a teacher, a tree or a user's column:
:mod:`skdistill.rules` gives the boxes words.
"""

from skdistill.boxes._binned import BinnedRows as BinnedRows
from skdistill.boxes._binned import bin_rows as bin_rows
from skdistill.boxes._box_list import BoxList as BoxList
from skdistill.boxes._box_list import Limits as Limits
from skdistill.boxes._climb import Bins as Bins
from skdistill.boxes._climb import Box as Box
from skdistill.boxes._climb import Climber as Climber
from skdistill.boxes._climb import covered as covered
from skdistill.boxes._precision import PRECISIONS as PRECISIONS
from skdistill.boxes._precision import cutoff as cutoff
from skdistill.boxes._precision import short_between as short_between
from skdistill.boxes._precision import threshold_text as threshold_text
from skdistill.boxes._precision import value_above as value_above
from skdistill.boxes._precision import value_at_or_below as value_at_or_below
from skdistill.boxes._thresholds import Bounds as Bounds
from skdistill.boxes._thresholds import box_thresholds as box_thresholds

# Imported above "as" themselves: for other packages, none of it is API for users yet.
__all__: list[str] = []
