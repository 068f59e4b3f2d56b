"""``python -m adcost price …``: see `adcost.price.command`."""

from adcost.price.command import run

if __name__ == "__main__":
    run()
