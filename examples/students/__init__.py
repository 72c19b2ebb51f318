"""Who is in the example class, and what each of them did, assignment by assignment."""

from __future__ import annotations

from students import batchnorm, capstone, regularization, scaling, symmetry

__all__ = ["batchnorm", "capstone", "regularization", "scaling", "symmetry"]
