"""``autograder audit``: proves that a course is sound, or says where it is not.

Right solutions keep every point, wrong ones lose points and are called by their names, students
get nothing that they must not have, and both error rates of the statistical checks are computed
and measured.
"""

from autograder.audit.audit import Audit
from autograder.audit.finding import Finding

__all__ = ["Audit", "Finding"]
