"""Every number of the report on `spectrum` is that of its own rows."""

import numpy as np
import pytest

from adcost.experiments.spectrum.claims import numbers

from . import tables_spectrum as made
from .synthetic import same, scattered, value, where

SINGLE = ("parameters", "test_images")


def expected(tables):
    rows = tables["measurements"]

    def single(network, epoch, quantity):
        return value(rows, network=network, epoch=epoch, method="training", quantity=quantity)

    def probes(network, epoch, quantity):
        own = rows[where(rows, network=network, epoch=epoch, method="lanczos", quantity=quantity)]
        return own.pivot(index="probe", columns="index", values="value").to_numpy()

    def least(network, epoch):
        return np.median(probes(network, epoch, "ritz_value")[:, 0])

    def largest(network, epoch):
        return np.median(probes(network, epoch, "ritz_value")[:, -1])

    def share(network, epoch):
        values = probes(network, epoch, "ritz_value")
        return np.median(-values[:, 0] / values[:, -1])

    def exact(epoch):
        return np.sort(rows.value[where(rows, network=made.DENSE, epoch=epoch, method="dense",
                                        quantity="eigenvalue")])  # fmt: skip

    worst = {"residual_error": [], "extreme_error": [], "quadrature_error": [], "copies": []}
    for epoch in made.EPOCHS[made.DENSE]:
        true, ritz = exact(epoch), probes(made.DENSE, epoch, "ritz_value")
        n, k, width = made.SIZE, made.STEPS, true[-1] - true[0]
        rounding = 10 * n * 2.0**-52 * abs(true).max()
        nearest = np.array([[min(abs(v - true)) for v in probe] for probe in ritz])
        allowed = probes(made.DENSE, epoch, "radius") + rounding
        worst["residual_error"].append((nearest / allowed).max())
        ends = [(abs(ritz[:, end] - true[end]) / allowed[:, end]).max() for end in (0, -1)]
        worst["extreme_error"].append(max(ends))
        quadrature = np.pi * width / (4 * k)
        apart = rows.value[where(rows, network=made.DENSE, epoch=epoch,
                                 quantity="quadrature_distance")]  # fmt: skip
        worst["quadrature_error"].append(max(apart) / quadrature)
        last = [
            value(
                rows,
                network=made.DENSE,
                epoch=epoch,
                method="none",
                index=made.GHOST_STEPS,
                quantity=f"largest_{place}",
            )
            for place in range(1, made.SHOWN + 1)
        ]
        near = 1e-3 * (true[-1] - true[-2])
        worst["copies"].append(sum(abs(one - true[-1]) < near for one in last))
    orthogonality = rows.value[where(rows, network=made.SUBJECT, epoch=30, method="lanczos",
                                     quantity="orthogonality")]  # fmt: skip
    return {
        "parameters": 6000,
        "epochs": 30,
        "checkpoints": 3,
        "trainings": 5,
        "test_accuracy": 100 * single(made.SUBJECT, 30, "test_accuracy"),
        "test_images": 360,
        "loss_before": single(made.SUBJECT, 0, "training_loss"),
        "loss_after": single(made.SUBJECT, 30, "training_loss"),
        "probes": 3,
        "steps": 5,
        "hessian_gigabytes": 6000**2 * 4e-9,
        "least_before": least(made.SUBJECT, 0),
        "least_after": least(made.SUBJECT, 30),
        "largest_before": largest(made.SUBJECT, 0),
        "largest_after": largest(made.SUBJECT, 30),
        "share_before": share(made.SUBJECT, 0),
        "share_after": share(made.SUBJECT, 30),
        "orthogonality": max(orthogonality),
        "small_parameters": 20,
        **{name: max(values) for name, values in worst.items()},
        "ghost_steps": 6,
        "eigenvalues": [
            {"network": network, "epoch": epoch, "least": least(network, epoch),
             "largest": largest(network, epoch), "share": share(network, epoch),
             "test": 100 * single(network, epoch, "test_accuracy")}
            for network, epochs in made.EPOCHS.items() for epoch in epochs
        ],
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_each_number_is_that_of_its_rows(seed):
    tables = made.make()
    if seed:
        # Weights of unequal sums would be no density, and eigenvalues are ascending.
        tables = scattered(tables, seed, keep=(*SINGLE, "weight", "eigenvalue"))
    same(numbers(tables), expected(tables))
