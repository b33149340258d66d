"""Errors and warnings of skdistill.

Errors of users are plain ``ValueError`` and ``TypeError`` wherever those say
enough. The classes below exist where a caller may want to catch one case.
"""

__all__ = [
    "AllRowsFailedError",
    "DistillationWarning",
    "OutOfQueriesError",
    "TeacherAnswerError",
]


class DistillationWarning(UserWarning):
    """A result is valid but doubtful.

    Issued, for example, when the teacher is constant on the transfer set, or
    when sample weights cannot reach it.

    Examples
    --------
    >>> import warnings
    >>> from skdistill.exceptions import DistillationWarning
    >>> warnings.simplefilter("error", DistillationWarning)  # be strict
    >>> warnings.simplefilter("default", DistillationWarning)
    """


class TeacherAnswerError(ValueError):
    """The predictions of a teacher cannot be labels.

    Raised when a teacher returns missing or infinite values, another number
    of predictions than rows, or labels that are none of its classes.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill import DistilledTreeRegressor
    >>> from skdistill.exceptions import TeacherAnswerError
    >>> broken = lambda X: np.full(len(X), np.nan)
    >>> try:
    ...     DistilledTreeRegressor(broken).fit([[0.0], [1.0]])
    ... except TeacherAnswerError as error:
    ...     print(str(error)[:43])
    The teacher (CallableTeacher) predicted NaN
    """


class AllRowsFailedError(TeacherAnswerError):
    """A teacher failed on every row that it was queried with.

    Raised by an ``Oracle`` with ``on_error="drop"``, which leaves out rows that
    fail as long as some remain.

    Examples
    --------
    >>> import numpy as np
    >>> from skdistill.exceptions import AllRowsFailedError
    >>> from skdistill.teachers import Oracle
    >>> oracle = Oracle(lambda X: np.full(len(X), np.nan), on_error="drop")
    >>> try:
    ...     oracle.label([[0.0], [1.0]])
    ... except AllRowsFailedError as error:
    ...     print(str(error)[:43])
    The teacher (<lambda>) failed on all 2 rows
    """


class OutOfQueriesError(ValueError):
    """A budget of queries does not reach for the rows.

    Raised by an ``Oracle`` before it queries the teacher, so nothing is lost.

    Examples
    --------
    >>> from skdistill.exceptions import OutOfQueriesError
    >>> from skdistill.teachers import Oracle
    >>> oracle = Oracle(lambda X: X[:, 0], max_queries=1)
    >>> try:
    ...     oracle.predict([[0.0], [1.0]])
    ... except OutOfQueriesError as error:
    ...     print(error)
    max_queries=1 allows 1 more rows, but 2 were to be queried.
    """
