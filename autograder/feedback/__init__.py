"""What a student reads: one self-contained page for each submission."""

from autograder.feedback.page import feedback_html, write_feedback, write_pages

__all__ = ["feedback_html", "write_feedback", "write_pages"]
