"""What a rule set can be written as."""

from __future__ import annotations

from typing import Any

from skdistill.rules._export._c import to_c
from skdistill.rules._export._json import to_json
from skdistill.rules._export._pandas import to_pandas
from skdistill.rules._export._polars import to_polars
from skdistill.rules._export._python import to_python
from skdistill.rules._export._sql import to_sql
from skdistill.rules._export._tables import to_html, to_markdown

__all__ = ["ExportsMixin"]


class ExportsMixin:
    """Methods that write a rule set in another language.

    Code that they write predicts every row as ``predict`` does, to the last bit
    of its numbers, and nothing (NULL, None, NaN or -1) where no rule holds. It
    reads columns by the names in ``feature_names``.
    """

    def to_sql(
        self, table: str | None = None, *, quote: str = '"', name: str = "prediction"
    ) -> str:
        """Write the rules as SQL.

        Parameters
        ----------
        table : str, default=None
            A table, perhaps with its schema before a dot: the result is then a
            whole query of all its columns and the prediction. By default it is the
            ``CASE`` expression alone.
        quote : {'"', "`", "["}, default='"'
            What stands around names: double quotes are standard SQL; backticks
            are for MySQL, BigQuery and Spark, where backslashes escape in texts
            too; brackets are for SQL Server.
        name : str, default="prediction"
            Name of the column of predictions.

        Returns
        -------
        sql : str

        Notes
        -----
        A missing value is NULL. Databases that also store NaN rank it above all
        numbers: turn it into NULL first. Columns of Booleans that rules compare
        with numbers have to be cast to numbers in strict databases. Columns are
        compared as double precision: whole numbers beyond 2**53 and decimals
        are to be cast to that first. SQLite before 3.47 reads a few outcomes
        that are real values one unit in the last place off.
        """
        return to_sql(self, table, quote, name)

    def to_python(self, name: str = "predict") -> str:
        """Write the rules as a Python function that needs nothing else.

        Parameters
        ----------
        name : str, default="predict"
            Name of the function. It takes one row as a mapping from the names
            of columns to values, such as a dict.

        Returns
        -------
        source : str
        """
        return to_python(self, name)

    def to_pandas(self, name: str = "predict") -> str:
        """Write the rules as a Python function of a whole DataFrame of pandas.

        Parameters
        ----------
        name : str, default="predict"
            Name of the function. It takes a DataFrame and returns a Series, so
            it also goes into ``df.assign(prediction=predict)``.

        Returns
        -------
        source : str
            It needs numpy and pandas alone.
        """
        return to_pandas(self, name)

    def to_polars(self, name: str = "prediction") -> Any:
        """Write the rules as an expression of polars.

        Parameters
        ----------
        name : str, default="prediction"
            Name of the column of predictions.

        Returns
        -------
        expression : polars.Expr
            For ``with_columns`` and ``select`` of frames, lazy or not.
        """
        return to_polars(self, name)

    def to_c(self, name: str = "predict") -> str:
        """Write the rules as a C function without dependencies.

        Parameters
        ----------
        name : str, default="predict"
            Name of the function. It takes a pointer to a struct ``<name>_row``
            with a member for each column that the rules read, and returns the
            position of the prediction in ``<name>_labels``, or the value itself.

        Returns
        -------
        source : str
            C99. Numbers are doubles, NAN where missing; categories are strings,
            NULL where missing.
        """
        return to_c(self, name)

    def to_markdown(self) -> str:
        """Write the rules as a table in Markdown.

        Returns
        -------
        table : str
            One row a rule.
        """
        return to_markdown(self)

    def to_html(self) -> str:
        """Write the rules as a table in HTML.

        Returns
        -------
        table : str
            One row a rule, without any style; notebooks show it.
        """
        return to_html(self)

    def _repr_html_(self) -> str:
        return self.to_html()

    def to_json(self, *, indent: int | None = None) -> str:
        """Write the rules as JSON, which ``from_json`` reads again.

        Parameters
        ----------
        indent : int, default=None
            Spaces of indentation; by default all is on one line.

        Returns
        -------
        text : str
            An object with ``format`` ("skdistill.RuleSet"), ``version`` (1),
            ``ordered``, ``feature_names``, ``generated_names``, ``classes``
            (null for values) and ``rules``. A rule has ``if`` (conditions of
            which all must hold), ``then``, ``coverage``, ``support``,
            ``fidelity`` and ``distribution`` (shares in the order of the
            classes). A condition on a number has ``column``, ``above`` and
            ``at_most`` (left out where there is no bound), ``dtype``
            ("float64", or "float32" where values are rounded to it before they
            are compared) and ``missing`` (whether a missing value meets it;
            where null, ``unseen_missing`` does, false if left out). One on
            categories has ``column`` and either ``in`` or ``not_in``, with null
            for missing.
        """
        return to_json(self, indent)
