"""The two figures of the report's first screen, drawn from all experiments that are in a run.

``prices``   what each derivative costs, gathered from the experiments that price one;
``forest``   every claim's evidence, in units of the region that its statement names;
``figures``  both, drawn.
"""
