from __future__ import annotations


class Element:
    __slots__ = ("data", "extra", "type")

    def __init__(self, type, data, extra=None) -> None:
        self.type, self.data, self.extra = type, data, extra


def type_test(name):
    return lambda v: False


def instance(name, elements):
    raise NotImplementedError
