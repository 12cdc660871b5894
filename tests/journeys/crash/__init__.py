"""Kill everything at random while contacts flow through a graph with every kind of step, and
compare what has become of them with what had to.

`python -m tests.journeys.crash --people 200000 --kills 100` is the long one (`make crash`).
"""
