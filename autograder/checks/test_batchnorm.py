"""Hidden checks of ``batchnorm``.

A backward pass is judged by the reference's gradient. When the student's own forward pass gives
something else, its own slopes (central differences) and the gradient of Ioffe & Szegedy (2015) at
the student's own normalised values are right as well: one mistake costs one exercise.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.checks import ARRAY, OPAQUE, CheckFailed, CheckSkipped, Student, check, expect

RETURNS = {
    "batchnorm_forward": (ARRAY("out"), OPAQUE, ARRAY("running_mean"), ARRAY("running_var")),
    "batchnorm_backward": (ARRAY("dZ"), ARRAY("dgamma"), ARRAY("dbeta")),
    "fold_batchnorm": (ARRAY("W"), ARRAY("b")),
}

Gradients = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Batch:
    """What a call of batchnorm_forward is given: Z (n, m), the rest (n, 1)."""

    Z: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray
    running_mean: np.ndarray
    running_var: np.ndarray

    @property
    def args(self) -> tuple[np.ndarray, ...]:
        """The arguments in the contract's order."""
        return self.Z, self.gamma, self.beta, self.running_mean, self.running_var


def _batch(rng: np.random.Generator, n: int, m: int, smallest: float = 3e-3) -> Batch:
    """Rows of any mean and of scales from ``smallest`` to 3; no gamma is 1 and no beta is 0."""

    def column(low: float, high: float) -> np.ndarray:
        return rng.uniform(low, high, (n, 1))

    scale = np.exp(column(np.log(smallest), np.log(3)))
    sign = rng.choice([-1.0, 1.0], (n, 1))
    return Batch(
        Z=column(0.5, 2) * sign + scale * rng.normal(size=(n, m)),
        gamma=rng.choice([-1.0, 1.0], (n, 1)) * rng.choice([column(0.3, 0.8), column(1.3, 2)]),
        beta=column(0.3, 2) * rng.choice([-1.0, 1.0], (n, 1)),
        running_mean=column(0.5, 2) * -sign,
        running_var=np.exp(column(np.log(1e-3), np.log(5))),
    )


def _odd(rng: np.random.Generator) -> Batch:
    """Seven units: one is silenced, one is dead in this batch, one was dead in all batches so far.

    Their gamma, the spread of their Z and their running_var are 0.
    """
    batch = _batch(rng, 7, 5)
    gamma, Z, running_var = batch.gamma.copy(), batch.Z.copy(), batch.running_var.copy()
    gamma[0], Z[3], running_var[5] = 0, -1.5, 0
    return replace(batch, Z=Z, gamma=gamma, running_var=running_var)


# ------------------------------------------------------------------------- batchnorm_forward


@check("batchnorm_forward", points=3)
def test_batchnorm_forward_training(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """While training, each row is normalised by the batch, scaled by gamma, shifted by beta."""
    cases: list[tuple[Batch, dict[str, float]]] = [
        (_batch(rng, 3, 7), {}),
        (_batch(rng, 1, 6), {}),
        (_batch(rng, 5, 3), {"eps": 0.3}),
        (_batch(rng, 4, 4), {"eps": 1e-3, "momentum": 0.5}),
        (_odd(rng), {}),
    ]
    for batch, options in cases:
        out, *_ = student.batchnorm_forward(*batch.args, **options)
        want, *_ = reference.batchnorm_forward(*batch.args, **options)
        expect.array(out, want, "out while training")


@check("batchnorm_forward", points=2)
def test_batchnorm_forward_memory(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """While training, the memory keeps the share momentum of the old and takes the rest anew."""
    cases: list[tuple[Batch, dict[str, float]]] = [
        (_batch(rng, 3, 5), {}),
        (_batch(rng, 4, 2), {"momentum": 0.75}),
        (_batch(rng, 1, 6), {"momentum": 0.3, "eps": 0.2}),
        (_odd(rng), {}),
    ]
    # All calls come first: only with and without a momentum given can its default be told wrong.
    memories = [student.batchnorm_forward(*batch.args, **options)[2:] for batch, options in cases]
    for (batch, options), (mean, var) in zip(cases, memories, strict=True):
        *_, want_mean, want_var = reference.batchnorm_forward(*batch.args, **options)
        expect.array(mean, want_mean, "running_mean while training")
        expect.array(var, want_var, "running_var while training")


@check("batchnorm_forward", points=2)
def test_batchnorm_forward_inference(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """With training=False the memory is used in place of the batch, and stays as it is."""
    cases: list[tuple[Batch, dict[str, float]]] = [
        (_batch(rng, 3, 5), {}),
        (_batch(rng, 2, 1), {"eps": 0.1}),
        (_batch(rng, 4, 4), {"momentum": 0.4}),
        (_odd(rng), {}),
    ]
    for batch, options in cases:
        out, _, mean, var = student.batchnorm_forward(*batch.args, training=False, **options)
        want = reference.batchnorm_forward(*batch.args, training=False, **options)[0]
        expect.array(out, want, "out at inference")
        expect.array(mean, batch.running_mean, "running_mean after inference")
        expect.array(var, batch.running_var, "running_var after inference")


@check("batchnorm_forward")
def test_batchnorm_forward_one_example(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """In a batch of one example each value is its own mean: the output is beta."""
    args = _batch(rng, 3, 1).args
    out, _, mean, var = student.batchnorm_forward(*args)
    want, _, want_mean, want_var = reference.batchnorm_forward(*args)
    expect.array(out, want, "out for one example")
    expect.array(mean, want_mean, "running_mean after one example")
    expect.array(var, want_var, "running_var after one example")


@check("batchnorm_forward")
def test_batchnorm_forward_unchanged(student: Student, rng: np.random.Generator) -> None:
    """No argument is changed: the memory comes back as new arrays."""
    for options in ({}, {"training": False}):
        expect.unchanged(student.batchnorm_forward, *_batch(rng, 3, 4).args, **options)


# ------------------------------------------------------------------------ batchnorm_backward


@check("batchnorm_backward")
def test_batchnorm_backward_dbeta(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """dbeta is the slope of the cost in beta."""
    cases = [(4, 6, {}), (1, 3, {}), (7, 2, {"eps": 0.3})]
    _judge(student, reference, rng, "dbeta", cases)


@check("batchnorm_backward")
def test_batchnorm_backward_dgamma(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """dgamma is the slope of the cost in gamma."""
    cases = [(4, 6, {}), (1, 3, {}), (7, 2, {"eps": 0.3})]
    _judge(student, reference, rng, "dgamma", cases)


@check("batchnorm_backward", points=3)
def test_batchnorm_backward_dz(student: Student, reference: Any, rng: np.random.Generator) -> None:
    """dZ is the slope of the cost in Z: directly, through the variance and through the mean."""
    cases = [(3, 5, {}), (1, 4, {}), (5, 3, {"eps": 0.3}), (4, 4, {"eps": 2.0}), (7, 3, {})]
    _judge(student, reference, rng, "dZ", cases)


@check("batchnorm_backward")
def test_batchnorm_backward_caches(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """Every cache belongs to its own forward pass, and dout is left as it was."""
    batches = [_batch(rng, 3, 5, 0.3), _batch(rng, 3, 5, 0.3)]
    passes = [student.batchnorm_forward(*batch.args) for batch in batches]
    for batch, (out, cache, *_) in zip(batches, passes, strict=True):
        dout = rng.normal(size=batch.Z.shape)
        called = student.batchnorm_backward.observed(dout, cache)
        if any(path.startswith("dout") for path in called.changed):
            expect.fail("batchnorm_backward changed dout: write the result into a new array.")
        if readings := _readings(student, reference, batch, {}, dout, out):
            _expect(called.value, readings, ("dbeta", "dZ"))


@check("batchnorm_backward")
def test_batchnorm_backward_one_example(
    student: Student, reference: Any, rng: np.random.Generator
) -> None:
    """A batch of one example is deaf: dZ and dgamma are 0, and dbeta is dout."""
    batch, dout = _batch(rng, 3, 1), rng.normal(size=(3, 1))
    out, cache, *_ = student.batchnorm_forward(*batch.args)
    dZ, dgamma, dbeta = student.batchnorm_backward(dout, cache)
    expect.array(dbeta, dout, "dbeta for one example")
    if _right(out, reference.batchnorm_forward(*batch.args)[0]):
        for got, name in ((dgamma, "dgamma"), (dZ, "dZ")):
            expect.finite(expect.shape(got, (3, 1), name), name)
            largest = float(np.abs(got).max())  # 1 / sqrt(eps) is large, and so is its rounding
            expect.that(largest < 1e-9, f"{name} should be 0 for one example; got {largest:.6g}.")


def _judge(
    student: Student,
    reference: Any,
    rng: np.random.Generator,
    name: str,
    cases: list[tuple[int, int, dict[str, float]]],
) -> None:
    """One of the gradients, for random batches and douts; those that can't be judged don't count.

    In a layer of many units one is silenced: its gamma is 0.

    Raises:
        CheckSkipped: none can be judged.
    """
    judged = 0
    for n, m, options in cases:
        batch, dout = _batch(rng, n, m, 0.3), rng.normal(0.3, 1, size=(n, m))
        batch = replace(batch, gamma=batch.gamma * (np.arange(n)[:, np.newaxis] != 5))
        out, cache, *_ = student.batchnorm_forward(*batch.args, **options)
        got = student.batchnorm_backward(dout, cache)
        readings = _readings(student, reference, batch, options, dout, out)
        if readings:
            _expect(got, readings, (name,))
            judged += 1
    if not judged:
        raise CheckSkipped("Cannot be judged: batchnorm_forward's out does not follow Z.")


def _expect(
    got: Gradients, readings: list[tuple[Gradients, float]], names: tuple[str, ...]
) -> None:
    """The named gradients are all right by one of the readings, each with its tolerance."""

    def right_by(want: Gradients, tolerance: float) -> None:
        for position, name in enumerate(("dZ", "dgamma", "dbeta")):
            if name in names:
                expect.array(got[position], want[position], name, tolerance, 0.1 * tolerance)

    expect.any_of(*(lambda r=reading: right_by(*r) for reading in readings))


def _readings(
    student: Student,
    reference: Any,
    batch: Batch,
    options: dict[str, float],
    dout: np.ndarray,
    out: np.ndarray,
) -> list[tuple[Gradients, float]]:
    """The gradients that are right, with tolerances; more than one when ``out`` is not right.

    None when it has a wrong shape, is not finite or does not follow Z: nothing can be told then.
    """
    right, cache, *_ = reference.batchnorm_forward(*batch.args, **options)
    readings = [(reference.batchnorm_backward(dout, cache), 1e-7)]
    if _right(out, right):
        return readings
    if out.shape != right.shape or not np.isfinite(out).all() or np.ptp(out, axis=1).max() < 1e-12:
        return []
    with suppress(CheckFailed):
        readings.append((_own_slopes(student, batch, options, dout), 1e-4))
        own = _own_closed_form(student, batch, options, dout)
        readings += [(own, 1e-6)] if own else []
    return readings


def _right(out: np.ndarray, right: np.ndarray) -> bool:
    return out.shape == right.shape and np.allclose(out, right, rtol=1e-7, atol=1e-9)


def _own_slopes(
    student: Student, batch: Batch, options: dict[str, float], dout: np.ndarray, step: float = 1e-5
) -> Gradients:
    """Central differences of sum(dout * out), out by the student's own forward pass."""

    def weighted(name: str, value: np.ndarray) -> float:
        args = replace(batch, **{name: value}).args
        return float(np.sum(dout * student.batchnorm_forward(*args, **options)[0]))

    def slopes(name: str) -> np.ndarray:
        at = getattr(batch, name)
        slope = np.zeros(at.shape)
        for index in np.ndindex(at.shape):
            nudge = np.zeros(at.shape)
            nudge[index] = step
            slope[index] = (weighted(name, at + nudge) - weighted(name, at - nudge)) / (2 * step)
        return slope

    return slopes("Z"), slopes("gamma"), slopes("beta")


def _own_closed_form(
    student: Student, batch: Batch, options: dict[str, float], dout: np.ndarray
) -> Gradients | None:
    """The paper's gradient at the student's own normalised values and their own scale.

    The scale is the slope of the normalised values over Z, along whichever axis they are affine.
    """
    plain = replace(batch, gamma=np.ones_like(batch.gamma), beta=np.zeros_like(batch.beta))
    Z_hat = student.batchnorm_forward(*plain.args, **options)[0]
    if Z_hat.shape != batch.Z.shape:
        return None
    dgamma = np.sum(dout * Z_hat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    m = dout.shape[1]
    for axis in (1, 0, (0, 1)):
        centred = batch.Z - batch.Z.mean(axis, keepdims=True)
        rise = Z_hat - Z_hat.mean(axis, keepdims=True)
        spread = np.sum(centred**2, axis, keepdims=True)
        if np.all(spread > 0):
            slope = np.sum(centred * rise, axis, keepdims=True) / spread
            if np.allclose(rise, slope * centred, rtol=1e-6, atol=1e-9):
                dZ = batch.gamma * slope * (dout - dbeta / m - Z_hat * dgamma / m)
                return dZ, dgamma, dbeta
    return None


# ---------------------------------------------------------------------------- fold_batchnorm


def _layer(rng: np.random.Generator, n: int, n_prev: int) -> tuple[np.ndarray, ...]:
    """A linear layer and a batch normalisation, in the contract's order; seven units are `_odd`."""
    batch = _odd(rng) if n == 7 else _batch(rng, n, 2)
    return rng.normal(size=(n, n_prev)), rng.normal(size=(n, 1)), *batch.args[1:]


@check("fold_batchnorm")
def test_fold_batchnorm_weights(student: Student, reference: Any, rng: np.random.Generator) -> None:
    """Each row of W takes its unit's gain."""
    for n, n_prev, options in [
        (3, 4, {}),
        (1, 2, {}),
        (4, 1, {"eps": 0.2}),
        (3, 3, {}),
        (7, 2, {}),
    ]:
        args = _layer(rng, n, n_prev)
        W, _ = student.fold_batchnorm(*args, **options)
        expect.array(W, reference.fold_batchnorm(*args, **options)[0], "W")


@check("fold_batchnorm")
def test_fold_batchnorm_bias(student: Student, reference: Any, rng: np.random.Generator) -> None:
    """The new bias is what the two layers together say to an input of zeros."""
    for n, n_prev, options in [
        (3, 4, {}),
        (1, 2, {}),
        (4, 1, {"eps": 0.2}),
        (3, 3, {}),
        (7, 2, {}),
    ]:
        args = _layer(rng, n, n_prev)
        _, b = student.fold_batchnorm(*args, **options)
        expect.array(b, reference.fold_batchnorm(*args, **options)[1], "b")


@check("fold_batchnorm", points=0.5)
def test_fold_batchnorm_unchanged(student: Student, rng: np.random.Generator) -> None:
    """The old layer is left as it was."""
    expect.unchanged(student.fold_batchnorm, *_layer(rng, 3, 2))
