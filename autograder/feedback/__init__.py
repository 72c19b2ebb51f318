"""What a student reads: one self-contained page for each submission."""

from autograder.feedback.page import (
    exercise_feedback,
    feedback_html,
    figure_html,
    write_feedback,
    write_pages,
)

__all__ = ["exercise_feedback", "feedback_html", "figure_html", "write_feedback", "write_pages"]
