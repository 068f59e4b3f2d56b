"""What the derivatives of the user's own functions cost: the price tag of each, in the report."""
