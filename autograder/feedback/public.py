"""Small made-up arguments for any function of the contract, told by the names of its parameters.

They are the same for everybody and have nothing to do with what the hidden checks use.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class World:
    """One public example: layer sizes, the number of examples, and a number that varies the rest.

    Even numbers leave arguments that have a default at their default.
    """

    layer_dims: tuple[int, ...]
    examples: int
    number: int = 0

    def arguments(
        self, function: Callable[..., Any], functions: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Fresh arguments for ``function``; a cache is made by the forward function beside it.

        Raises:
            KeyError: a parameter has a name that is not of the contract.
        """
        known = self._values()
        arguments = {}
        for name, parameter in inspect.signature(function).parameters.items():
            if name == "cache":
                forward = functions[function.__name__.replace("backward", "forward")]
                arguments[name] = forward(**self.arguments(forward, functions))[1]
            elif self.number % 2 == 0 and parameter.default is not parameter.empty:
                arguments[name] = parameter.default
            elif name == "beta" and "gamma" not in inspect.signature(function).parameters:
                arguments[name] = 0.5
            else:
                arguments[name] = known[name]
        return arguments

    def _values(self) -> dict[str, Any]:
        rng = np.random.default_rng([2024, self.number])
        dims, m = self.layer_dims, self.examples
        parameters = {}
        for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(dims), start=1):
            parameters[f"W{layer}"] = rng.normal(0, 0.8, (fan_out, fan_in))
            parameters[f"b{layer}"] = rng.normal(0, 0.3, (fan_out, 1))
        rows = dims[1]
        pairs = np.arange(rows) // 2
        if self.number % 2:  # units that are equal, or equal but for their biases
            parameters["W1"] = parameters["W1"][pairs]
            parameters["b1"] = parameters["b1"][pairs if self.number % 3 else np.arange(rows)]
        return {
            "n_x": dims[0], "n_h": dims[1], "n_y": dims[-1], "layer_dims": list(dims),
            "fan_in": dims[0], "fan_out": dims[1], "rng": np.random.default_rng([7, self.number]),
            "scale": 1.0 + self.number % 2,
            "mode": ("fan_in", "fan_out", "fan_avg")[self.number % 3],
            "distribution": ("normal", "uniform")[self.number // 3 % 2],
            "activation": ("relu", "tanh", "sigmoid")[self.number % 3],
            "value": 0.5, "threshold": 0.2, "m": m, "lambd": 0.7, "keep_prob": 0.8,
            "num_masks": 5, "num_iterations": 12, "learning_rate": 0.5, "momentum": 0.7,
            "eps": 0.01, "training": False,
            "X": rng.normal(0, 1, (dims[0], m)),
            "Y": (rng.random((dims[-1], m)) < 0.5).astype(float),
            "A2": rng.uniform(0.05, 0.95, (dims[-1], m)),
            "A": rng.uniform(-0.2, 1.2, (rows, m)).clip(0, 1), "Z": rng.normal(1, 2, (rows, m)),
            "logits": rng.normal(0, 2, (rows, m)), "dout": rng.normal(0, 1, (rows, m)),
            "gamma": rng.uniform(0.5, 1.5, (rows, 1)), "beta": rng.normal(0, 1, (rows, 1)),
            "running_mean": rng.normal(0, 1, (rows, 1)),
            "running_var": rng.uniform(0.5, 2, (rows, 1)),
            "W": rng.normal(0, 0.8, (rows, dims[0])), "b": rng.normal(0, 0.3, (rows, 1)),
            "parameters": parameters,
            "grads": {f"d{k}": rng.normal(0, 1, v.shape) for k, v in parameters.items()},
        }  # fmt: skip
