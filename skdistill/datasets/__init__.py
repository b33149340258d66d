"""Teachers whose truth is known."""

from skdistill.datasets._juntas import Junta, make_junta

__all__ = ["Junta", "make_junta"]
