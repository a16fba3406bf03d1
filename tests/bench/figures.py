"""What a figure is, and the table of all of them."""
import dataclasses
import statistics
import typing

ALL = []


@dataclasses.dataclass
class Aim:
    """What the ratio is to be; `at_most` or `at_least`."""
    at_least: typing.Optional[float] = None
    at_most: typing.Optional[float] = None

    def holds(self, ratio):
        return (self.at_least is None or ratio >= self.at_least) and (self.at_most is None or ratio <= self.at_most)

    def __str__(self):
        return f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}" if self.at_most is not None else ""


@dataclasses.dataclass
class Figure:
    """`measure(bench)` gives a Measured."""
    name: str
    unit: str
    against: str
    aim: Aim
    measure: typing.Callable


def _ratio(ours, theirs):
    """Of nothing over nothing 1: tiny counts take no time that a clock can tell."""
    return ours / theirs if theirs else 1.0 if ours == 0 else 1e9


@dataclasses.dataclass
class Measured:
    """Of each pair what we came to and what the peer, or the floor, came to in the same minute."""
    pairs: list
    details: dict = dataclasses.field(default_factory=dict)
    note: str = ""

    @property
    def ours(self):
        return statistics.median(ours for ours, _ in self.pairs)

    @property
    def theirs(self):
        return statistics.median(theirs for _, theirs in self.pairs)

    @property
    def ratio(self):
        return statistics.median(_ratio(*pair) for pair in self.pairs)


def figure(name, unit, against, at_least=None, at_most=None):
    """Declares the function below as the one that measures it."""
    def declare(measure):
        ALL.append(Figure(name, unit, against, Aim(at_least, at_most), measure))
        return measure
    return declare


def alternated(count, ours, theirs):
    """Pairs of what both give, in turns, so that a noisy minute meets both. Each gives a dictionary."""
    found = []
    for i in range(count):
        if i % 2 == 0:
            first = ours()
            found.append((first, theirs()))
        else:
            second = theirs()
            found.append((ours(), second))
    return found


def of(pairs, key):
    return [(ours[key], theirs[key]) for ours, theirs in pairs]


def medians(pairs, *keys):
    """For the details: {key: {"hub": ..., "peer": ...}}."""
    return {key: {"hub": statistics.median(a[key] for a, _ in pairs), "peer": statistics.median(b[key] for _, b in pairs)} for key in keys}
