"""adcost: what a derivative costs, measured, drawn and judged."""
