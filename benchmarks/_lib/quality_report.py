"""Tables of the study of transfer sets, from its single measurements."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import spearmanr, wilcoxon

from _lib.generators import BASELINE, CEILING
from _lib.results import markdown_table

__all__ = ["DEFAULT", "DIRECT", "gains", "report"]

DIRECT = "direct tree"
DEFAULT = "LocalGaussian"
_CELL = ["set", "n", "seed", "teacher", "leaves"]
_ROWS = 10_000


def gains(results: pd.DataFrame, measure: str = "accuracy") -> pd.DataFrame:
    """Add points over the direct tree, of the same cell and number of leaves.

    Parameters
    ----------
    results : DataFrame
        As the benchmark writes them.
    measure : {"accuracy", "balanced_accuracy"}

    Returns
    -------
    results : DataFrame
        Without the direct trees, with the column ``gain``.
    """
    direct = results[results["generator"] == DIRECT].drop_duplicates(_CELL)
    direct = direct.set_index(_CELL)[measure].rename("direct")
    others = results[results["generator"] != DIRECT].join(direct, on=_CELL)
    return others.assign(gain=100 * (others[measure] - others["direct"]))


def _wide(part: pd.DataFrame, value: str = "gain") -> pd.DataFrame:
    """A row for each cell and number of leaves, a column for each generator."""
    return part.pivot_table(index=_CELL, columns="generator", values=value)


def _versus(wide: pd.DataFrame, name: str, other: str) -> tuple[float, float, str, float]:
    """Mean difference, its standard error, win/draw/loss and p, over cells.

    A cell is a table, number of rows and seed; its sizes of trees are averaged.
    """
    cell = (wide[name] - wide[other]).dropna().groupby(["set", "n", "seed"]).mean()
    win, loss = int((cell > 1e-9).sum()), int((cell < -1e-9).sum())
    error = cell.std() / np.sqrt(len(cell)) if len(cell) > 1 else np.nan
    p = wilcoxon(cell).pvalue if win + loss > 5 else np.nan
    return cell.mean(), error, f"{win}/{len(cell) - win - loss}/{loss}", p


def _p(value: float) -> str:
    return "" if np.isnan(value) else "<0.001" if value < 0.001 else f"{value:.3f}"


def _by_completeness(part: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cells that all thorough generators share; and those of the others, with the yardsticks.

    Generators that were measured on few seeds may not stand in one column of
    means with those of many: each half holds cells that all its generators have.
    """
    wide = _wide(part)
    count = wide.notna().sum()
    thorough = list(count.index[count > 0.75 * count.max()])
    others = [name for name in wide if name not in thorough]
    rest = [*others, *(name for name in (BASELINE, CEILING, DEFAULT) if name in thorough)]
    return _shared(part, wide, thorough), _shared(part, wide, rest if others else [])


def _shared(part: pd.DataFrame, wide: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The cells that all the generators named have."""
    keep = wide[names].dropna().index if names else wide.index[:0]
    chosen = part[part["generator"].isin(names)]
    return chosen[pd.MultiIndex.from_frame(chosen[_CELL]).isin(keep)]


def _main_table(part: pd.DataFrame, balanced: pd.DataFrame) -> str:
    """One row for each generator, best first."""
    wide, means = _wide(part), part.groupby("generator")
    cells = pd.MultiIndex.from_frame(part[_CELL])
    balanced = balanced[pd.MultiIndex.from_frame(balanced[_CELL]).isin(cells)]
    rows = []
    for name in means["gain"].mean().sort_values(ascending=False).index:
        own = part[part["generator"] == name]
        sizes = own.groupby(["n", "leaves"])["gain"].mean()
        row = [name, f"{own['gain'].mean():+.2f}", *(f"{gain:+.2f}" for gain in sizes)]
        row.append(f"{balanced[balanced['generator'] == name]['gain'].mean():+.2f}")
        row.append(100 * own["fidelity"].mean())
        if name == BASELINE or BASELINE not in wide:
            rows.append([*row, "", "", ""])
            continue
        mean, error, record, p = _versus(wide, name, BASELINE)
        rows.append([*row, f"{mean:+.2f} ± {error:.2f}", record, _p(p)])
    sizes = part.groupby(["n", "leaves"]).size().index
    header = ["rows from", "accuracy", *(f"n={n}, {k} leaves" for n, k in sizes), "balanced"]
    header += ["fidelity", "over KDE", "win/draw/loss", "p"]
    return markdown_table(header, rows)


def _cells(part: pd.DataFrame) -> str:
    """How many cells and seeds the next table is made of."""
    count = len(part.drop_duplicates(["set", "n", "seed"]))
    return f"{count} cells (table, n, seed), seeds: {part['seed'].nunique()}."


def _set_table(part: pd.DataFrame) -> str:
    """Mean gain of the generators by table."""
    wide = part.pivot_table(index="generator", columns="set", values="gain", sort=False)
    wide = wide.loc[wide.mean(axis=1).sort_values(ascending=False).index]
    rows = [
        [name, *(f"{v:+.2f}" for v in row)]
        for name, row in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    return markdown_table(["rows from", *wide.columns], rows)


def _label_table(found: pd.DataFrame) -> str:
    """Hard against soft labels."""
    rows = []
    for (teacher, name), part in found.groupby(["teacher", "generator"], sort=False):
        if set(part["labels"]) != {"hard", "soft"}:
            continue
        wide = part.pivot_table(index=_CELL, columns="labels", values="gain").dropna()
        mean, error, record, p = _versus(wide, "hard", "soft")
        row = [f"{name}, {teacher}", f"{wide['hard'].mean():+.2f}", f"{wide['soft'].mean():+.2f}"]
        rows.append([*row, f"{mean:+.2f} ± {error:.2f}", record, _p(p)])
    header = ["rows, teacher", "hard", "soft", "hard over soft", "win/draw/loss", "p"]
    return markdown_table(header, rows)


def _amount_table(found: pd.DataFrame) -> str:
    """Gain by number of rows, over the cells that have them all."""
    part = found[(found["labels"] == "hard") & (found["teacher"] == "forest")]
    amounts = sorted(set(part["rows"]))
    if len(amounts) < 2:
        return "Not measured."
    rows = []
    for name, own in part.groupby("generator", sort=False):
        wide = own.pivot_table(index=_CELL, columns="rows", values="gain").dropna()
        if list(wide.columns) == amounts:
            rows.append([name, *(f"{wide[rows].mean():+.2f}" for rows in amounts)])
    return markdown_table(["rows from", *(f"{amount:,}" for amount in amounts)], rows)


def _teacher_table(results: pd.DataFrame) -> str:
    """Accuracy in percent of teachers and of the students that they make."""
    rows = []
    names = [name for name in (BASELINE, DEFAULT, CEILING) if name in set(results["generator"])]
    part = results[(results["rows"] == _ROWS) & (results["labels"] == "hard")]
    for (n, teacher), own in part.groupby(["n", "teacher"], sort=False):
        means = [100 * own[own["generator"] == name]["accuracy"].mean() for name in names]
        rows.append([f"{n}, {teacher}", 100 * own["teacher_accuracy"].mean(), *means])
    return markdown_table(["rows, teacher", "teacher", *(f"tree, {n}" for n in names)], rows)


def _auc_lines(part: pd.DataFrame, auc: pd.Series) -> str:
    """Two-sample AUC by generator, and its rank correlation with the gain.

    Parameters
    ----------
    part : DataFrame
        Gains.
    auc : Series
        By generator.
    """
    if BASELINE not in set(part["generator"]):
        return "Not measured."
    over = {
        "gain": _wide(part),
        "fidelity": 100 * _wide(part, "fidelity"),
    }
    means = pd.DataFrame(
        {name: wide.sub(wide[BASELINE], axis=0).mean() for name, wide in over.items()}
    ).join(auc, how="inner")
    if means.empty:
        return "Not measured."
    rank = {v: spearmanr(-means["auc"], means[v]).statistic for v in ("gain", "fidelity")}
    near = means[means["auc"] < means["auc"].median()]
    best = spearmanr(-near["auc"], near["gain"]).statistic
    rows = [
        [name, float(row["auc"]), f"{row['gain']:+.2f}", f"{row['fidelity']:+.2f}"]
        for name, row in means.sort_values("auc").iterrows()
    ]
    return (
        markdown_table(["rows from", "AUC", "accuracy over KDE", "fidelity over KDE"], rows)
        + f"\n\nRank correlation of a low AUC with the gain in accuracy: {rank['gain']:+.2f} over "
        f"all generators, {best:+.2f} over the half that is hardest to tell apart; with fidelity: "
        f"{rank['fidelity']:+.2f}."
    )


def _closed(part: pd.DataFrame) -> str:
    """How much of the distance from the baseline to real rows the default covers."""
    wide = _wide(part)
    if not {DEFAULT, BASELINE, CEILING} <= set(wide.columns):
        return ""
    mean = wide[[DEFAULT, BASELINE, CEILING]].dropna().mean()
    distance = mean[CEILING] - mean[BASELINE]
    gain = mean[DEFAULT] - mean[BASELINE]
    return (
        f"The default, {DEFAULT}, stands {gain:+.2f} from the baseline, and real rows "
        f"{distance:+.2f}: it covers {100 * gain / distance:.0f} percent of that distance."
    )


def report(results: pd.DataFrame) -> str:
    """The section for the results file, without its heading.

    Parameters
    ----------
    results : DataFrame
        As the benchmark writes them.

    Returns
    -------
    text : str
        Markdown.
    """
    auc = results[results["what"] == "auc"].groupby("generator")["auc"].mean()
    results = results[results["what"] == "students"]
    found, balanced = gains(results), gains(results, "balanced_accuracy")
    plain = (found["labels"] == "hard") & (found["rows"] == _ROWS)
    text = f"""
`benchmarks/bench_transfer_quality.py`: points of test accuracy over the tree that is fitted
directly on the n labelled rows, means over {results["set"].nunique()} tables and trees of 8 and 16
leaves on hard labels, {_ROWS:,} rows in all. "Over KDE": difference to kernels with one averaged
bandwidth, with its standard error over cells (table, n, seed), wins/draws/losses over cells, and
Wilcoxon's signed-rank p.
"""
    for teacher in found["teacher"].unique():
        part = found[plain & (found["teacher"] == teacher)]
        same = balanced[plain & (balanced["teacher"] == teacher)]
        main, others = _by_completeness(part)
        text += f"\n## Teacher: {teacher}\n\n{_cells(main)}\n\n{_main_table(main, same)}\n"
        text += f"\n{_closed(main)}\n\n### By table\n\n{_set_table(main)}\n"
        if len(others):
            text += f"\n### Other generators\n\n{_cells(others)}\n\n{_main_table(others, same)}\n"
    forest = found[plain & (found["teacher"] == "forest")]
    return (
        text
        + f"\n## Hard and soft labels\n\n{_label_table(found[found['rows'] == _ROWS])}\n"
        + f"\n## How many rows\n\n{_amount_table(found)}\n"
        + f"\n## Which teacher: percent of test accuracy\n\n{_teacher_table(results)}\n"
        + f"\n## Does the two-sample AUC predict it?\n\n{_auc_lines(forest, auc)}\n"
    )
