"""Tables of `spectrum` on which both claims hold: Ritz values that are eigenvalues."""

import numpy as np
import pandas as pd

from adcost.results.points import points_table

SUBJECT, DENSE, OTHER = "resnet", "perceptron", "wide"
AGAIN = tuple(f"{SUBJECT}-{number}" for number in range(2, 6))
TRAININGS = (SUBJECT, *AGAIN)
EPOCHS = {SUBJECT: (0, 2, 30), **dict.fromkeys(AGAIN, (0, 30)), OTHER: (0, 3), DENSE: (0, 8)}
PROBES = {**dict.fromkeys(TRAININGS, 3), OTHER: 1, DENSE: 3}
SIZE, STEPS, GHOST_STEPS, SHOWN = 20, 12, 6, 3
RADIUS = 1e-3
STEPS_OF_TRAINING = 60


def eigenvalues(epoch):
    """Of the small network: (SIZE,), ascending; −0.4 to 2, then 0.01 less at the lower end."""
    values = np.linspace(-0.4 if epoch == 0 else -0.01, 2.0, SIZE)
    values[1:-1] += 0.03 * np.sin(np.arange(1, SIZE - 1))
    return np.sort(values)


def _ritz(network, epoch):
    """Ritz values (k,), of which the outermost are the eigenvalues."""
    if network == DENSE:
        inner = np.linspace(0, SIZE - 1, STEPS).round().astype(int)
        return eigenvalues(epoch)[inner]
    least = {0: -2.0, 2: -0.5, 3: -0.05, 30: -0.1}[epoch]
    return np.concatenate([[least], np.linspace(0.1, 4.0, 3), [10.0]])


def make():
    rows = []
    for network, epochs in EPOCHS.items():
        for epoch in epochs:
            table = [*_trained(network, epoch), *_lanczos(network, epoch)]
            table += _dense(epoch) if network == DENSE else []
            point = f"{network}-epoch-{epoch}"
            rows += [(point, network, epoch, *row) for row in table]
    columns = ["point", "network", "epoch", "probe", "method", "quantity", "index", "value"]
    table = pd.DataFrame(rows, columns=columns).astype({"value": float})
    return {"measurements": table, "points": points_table(_trainings())}


def _trainings():
    """The parameters of the points that train: whose repetition each is."""
    return {
        f"{network}-epoch-{epoch}": {
            "network": network, "epoch": epoch,
            "repetition_of": SUBJECT if network in TRAININGS else network,
        }
        for network, epochs in EPOCHS.items()
        for epoch in epochs
    }  # fmt: skip


def _trained(network, epoch):
    last = EPOCHS[network][-1]
    values = {"training_loss": 2.3 / (1 + epoch), "training_accuracy": 0.1 + 0.02 * epoch,
              "test_accuracy": 0.1 + 0.025 * epoch, "test_images": 360,
              "parameters": SIZE if network == DENSE else 1000 * len(network)}  # fmt: skip
    steps = range(1, STEPS_OF_TRAINING + 1) if epoch == last else ()
    yield from ((-1, "training", "loss", step, 2.3 / step) for step in steps)
    yield from ((-1, "training", name, 0, value) for name, value in values.items())


def _lanczos(network, epoch):
    values = _ritz(network, epoch)
    radius = RADIUS if network == DENSE else 1e-9
    for probe in range(PROBES[network]):
        yield from ((probe, "lanczos", "ritz_value", i, v) for i, v in enumerate(values))
        yield from ((probe, "lanczos", "weight", i, 1 / len(values)) for i in range(len(values)))
        yield from ((probe, "lanczos", "radius", i, radius) for i in range(len(values)))
        yield (probe, "lanczos", "orthogonality", 0, 1e-15 * (probe + 1))


def _dense(epoch):
    exact = eigenvalues(epoch)
    yield from ((-1, "dense", "eigenvalue", i, v) for i, v in enumerate(exact))
    yield (-1, "dense", "symmetry", 0, 1e-16)
    yield from ((probe, "dense", "quadrature_distance", 0, 0.01) for probe in range(3))
    for method in ("full", "none"):
        for step in range(1, GHOST_STEPS + 1):
            for place in range(1, min(step, SHOWN) + 1):
                # Without reorthogonalisation the second one becomes a copy of the first.
                ghost = method == "none" and place == 2 and step >= GHOST_STEPS - 1
                value = exact[-1 if ghost else -place]
                yield (0, method, f"largest_{place}", step, value)
            lost = 1e-15 if method == "full" else 10.0 ** (step - 8)
            yield (0, method, "orthogonality", step, lost)
