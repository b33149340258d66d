"""The hidden layers of torch networks, by hooks that are always taken off again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from skdistill._rows import iter_slices
from skdistill.teachers._kind import is_skorch_net, is_torch_module, name_of
from skdistill.teachers._layers import Representation, check_finite, layer_list, listing
from skdistill.teachers._torch import device_of, evaluation_mode, float_rows, import_torch

__all__ = ["torch_representation"]

# Behind the name of a submodule: what it is given, not what it returns.
INPUT = ":input"
# Rows of the first pass, which only finds what runs and how wide it is.
_PROBE_ROWS = 3

See = Callable[[str, Any], None]


def torch_representation(
    network: Any, X: Any, layers: Any, batch_size: int, dtype: str = "float32"
) -> Representation:
    """Read hidden layers of a network.

    Parameters
    ----------
    network : torch.nn.Module or skorch.NeuralNet
        Trained. It is left as it was.
    X : array-like or DataFrame of shape (n_samples, ...)
        Numeric rows.
    layers : None, str, or sequence of str
        Names of submodules, perhaps with ``":input"`` behind them; None is
        what every layer with a weight matrix reads, except the network's own
        input.
    batch_size : int
        Rows a forward pass.
    dtype : str
        Type of the tensor that the network is given.

    Returns
    -------
    representation : Representation
        Of the layers' own type; float32 at least.
    """
    torch = import_torch("hidden_representation")
    module = network.module_ if is_skorch_net(network) else network
    module = getattr(module, "_orig_mod", module)  # what torch.compile holds
    if not is_torch_module(module):
        raise TypeError(f"A torch.nn.Module was expected, but this is {name_of(module)}.")
    forward = network.infer if is_skorch_net(network) else module
    rows, device = float_rows(X, dtype), device_of(module)

    def run(part: slice) -> None:
        # A copy: the network may work in place.
        forward(torch.tensor(rows[part], device=device))

    named = layer_list(layers)
    points = _readers(module) if named is None else _named_points(module, named)
    with torch.no_grad(), evaluation_mode(module):
        probe = _Probe()
        with _watched(module, points, probe.see):
            run(slice(0, _PROBE_ROWS))
        n_probed = min(len(rows), _PROBE_ROWS)
        if named is None:
            chosen = _hidden(module, probe, n_probed)
        else:
            chosen = _checked(module, named, probe, n_probed)
        table = _Table(probe, chosen, len(rows))
        with _watched(module, table.points, table.see):
            for part in iter_slices(len(rows), batch_size):
                table.start(part)
                run(part)
                table.finish()
    return Representation(table.values, table.points, table.widths)


def _named_points(module: Any, named: list[Any]) -> list[str]:
    """Check that layers exist; the error lists those that do."""
    names = [name for name, _ in module.named_modules(remove_duplicate=False)]
    unknown = [
        name
        for name in named
        if name not in names and not (isinstance(name, str) and name.removesuffix(INPUT) in names)
    ]
    if unknown:
        raise ValueError(
            f"{name_of(module)} has no layer {listing(unknown)}. Its layers are "
            f"{listing([name for name in names if name]) or 'none at all'} (add {INPUT!r} to a "
            "name for what that layer is given)."
        )
    return named


def _readers(module: Any) -> list[str]:
    """Where weight matrices are given what they read, and the network itself."""
    points = [INPUT]
    for name, part in module.named_modules():
        if not name or "parametrizations" in name.split("."):
            continue
        own = part.parameters(recurse=False)
        if hasattr(part, "parametrizations") or any(weight.ndim >= 2 for weight in own):
            points.append(name + INPUT)
    return points


@contextmanager
def _watched(module: Any, points: Any, see: See) -> Iterator[None]:
    """Show what this thread runs through some points; every hook is gone afterwards."""
    parts = dict(module.named_modules(remove_duplicate=False))
    thread = threading.get_ident()

    def see_own(point: str, value: Any) -> None:
        if threading.get_ident() == thread:  # other threads may run the same network meanwhile
            see(point, value)

    handles = []
    try:
        for point in points:
            # A submodule's own name comes first, even one that ends in ":input".
            if point in parts:
                handles.append(parts[point].register_forward_hook(_output_hook(see_own, point)))
            else:
                part = parts[point.removesuffix(INPUT)]
                hook = _input_hook(see_own, point)
                handles.append(part.register_forward_pre_hook(hook, with_kwargs=True))
        yield
    finally:
        for handle in handles:
            handle.remove()


def _output_hook(see: See, point: str) -> Callable[..., None]:
    def hook(part: Any, args: Any, output: Any) -> None:
        see(point, output)

    return hook


def _input_hook(see: See, point: str) -> Callable[..., None]:
    def hook(part: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        see(point, [*args, *kwargs.values()])

    return hook


def _tensor(value: Any) -> Any:
    """Return a tensor, the first one in a tuple or list, or None."""
    import torch

    items = value if isinstance(value, (tuple, list)) else [value]
    return next((item for item in items if isinstance(item, torch.Tensor)), None)


class _Probe:
    """What runs through the points on a few rows, call by call."""

    def __init__(self) -> None:
        self.calls: dict[str, list[Any]] = {}
        self.keys: dict[str, list[Any]] = {}

    def see(self, point: str, value: Any) -> None:
        # The tensors are kept alive, so that no two share an address by chance. What distinguishes
        # their content is the address, the shape, and the state of the memory.
        tensor = _tensor(value)
        key = None
        if tensor is not None:
            key = (tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor._version)
        self.calls.setdefault(point, []).append(tensor)
        self.keys.setdefault(point, []).append(key)


def _storage(tensor: Any) -> int:
    """The address of a tensor's memory, which its views share."""
    return int(tensor.untyped_storage().data_ptr())


def _hidden(module: Any, probe: _Probe, n_rows: int) -> dict[str, list[bool]]:
    """Choose what is hidden: read by a weight matrix, and not the network's own input.

    Parameters
    ----------
    module : torch.nn.Module
    probe : _Probe
        Of the points of `_readers`.
    n_rows : int
        Rows of the probe.

    Returns
    -------
    chosen : dict of str to list of bool
        For each point, in the order of the first call, which calls are taken.
    """
    given = {_storage(call) for call in probe.calls.pop(INPUT, []) if call is not None}
    first = next(iter(probe.calls), None)
    # The first reader reads the input, perhaps normalised or flattened.
    seen = set(probe.keys[first][:1]) if first is not None else set()
    chosen = {}
    for point, calls in probe.calls.items():
        taken = []
        for call, key in zip(calls, probe.keys[point], strict=True):
            fits = call is not None and call.ndim >= 2 and call.shape[0] == n_rows
            fits = fits and call.is_floating_point() and _storage(call) not in given
            taken.append(fits and key not in seen)
            seen.add(key)
        if any(taken):
            chosen[point] = taken
    if not chosen:
        names = [name for name, _ in module.named_modules() if name]
        raise ValueError(
            f"{name_of(module)} has no hidden layer that layers=None would find: no weight matrix "
            "of it reads what another one wrote. Name layers yourself. There are "
            f"{listing(names) or 'none'}."
        )
    return chosen


def _checked(module: Any, named: list[str], probe: _Probe, n_rows: int) -> dict[str, list[bool]]:
    """Take all calls of the layers that are named, and refuse what has no rows."""
    for point in named:
        if point not in probe.calls:
            raise ValueError(
                f"Layer {point!r} of {name_of(module)} never runs in a forward pass of its own. "
                "Name the layers inside it, or the one around it."
            )
        for call in probe.calls[point]:
            if call is None:
                raise TypeError(
                    f"Layer {point!r} of {name_of(module)} gives neither a tensor nor a tuple or "
                    "list with one. Name another layer."
                )
            if call.ndim == 0 or call.shape[0] != n_rows:
                raise ValueError(
                    f"Layer {point!r} of {name_of(module)} gives shape {tuple(call.shape)} on "
                    f"{n_rows} rows: its first dimension must be the rows."
                )
            if call.is_complex():
                raise TypeError(f"Layer {point!r} of {name_of(module)} gives complex numbers.")
    return {point: [True] * len(probe.calls[point]) for point in named}


def _numpy_dtype(tensor: Any) -> Any:
    """The dtype in which a tensor is kept: its own where numpy has it, else float32."""
    return np.float64 if str(tensor.dtype) == "torch.float64" else np.float32


class _Table:
    """Takes activations down as they come, in their rows and columns."""

    def __init__(self, probe: _Probe, chosen: dict[str, list[bool]], n_rows: int):
        self.points = tuple(chosen)
        self.columns: dict[str, list[slice | None]] = {}
        end = 0
        ends = []
        calls = []
        for point, taken in chosen.items():
            self.columns[point] = []
            for call, take in zip(probe.calls[point], taken, strict=True):
                width = call[0].numel() if take else 0
                self.columns[point].append(slice(end, end + width) if take else None)
                end += width
                calls += [call] if take else []
            ends.append(end)
        self.widths = tuple(int(width) for width in np.diff(ends, prepend=0))
        dtype = np.result_type(*(_numpy_dtype(call) for call in calls))
        self.values = np.empty((n_rows, end), dtype=dtype)

    def start(self, rows: slice) -> None:
        self.rows = rows
        self.count: Counter[str] = Counter()

    def see(self, point: str, value: Any) -> None:
        call = self.count[point]
        self.count[point] += 1
        if call >= len(self.columns[point]):
            self._refuse(point)
        columns = self.columns[point][call]
        if columns is None:
            return
        tensor = _tensor(value)
        shape = (self.rows.stop - self.rows.start, columns.stop - columns.start)
        if tensor is None or tensor.shape[:1] != shape[:1] or tensor.numel() != np.prod(shape):
            self._refuse(point)
        block = tensor.detach().cpu().to(dtype=_torch_dtype(self.values.dtype)).numpy()
        block = block.reshape(shape)
        check_finite(block, f"Layer {point!r}")
        self.values[self.rows, columns] = block

    def finish(self) -> None:
        for point in self.points:
            if self.count[point] != len(self.columns[point]):
                self._refuse(point)

    def _refuse(self, point: str) -> None:
        raise ValueError(
            f"Layer {point!r} gives another shape, or runs another number of times, on some rows "
            "than on others, so its activations make no table. Name other layers."
        )


def _torch_dtype(dtype: np.dtype) -> Any:
    import torch

    return torch.float64 if dtype == np.float64 else torch.float32
