"""adcost: what a derivative costs, measured, drawn and judged."""

__version__ = "0.1.0"
