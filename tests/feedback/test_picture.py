"""Pictures of mistakes: there where values show something, drawn from public numbers alone."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from autograder.course import Course, exercise_names
from autograder.feedback.drawing import heat_map, histogram, lines, number
from autograder.feedback.picture import Picture, pictures
from autograder.feedback.public import World
from autograder.reference import load_reference

SLUGS = ["symmetry", "scaling", "regularization", "batchnorm"]


def words(picture: Picture) -> str:
    """All that is said beside a picture."""
    return " ".join([picture.caption, *(panel.title for panel in picture.panels)])


@pytest.mark.parametrize("slug", SLUGS)
def test_every_mistake_of_the_bank_is_drawn_or_left_out(slug: str, course: Course) -> None:
    """None raises, most have a picture, each is well-formed, small, and without styles or links."""
    drawn = [pictures(course, slug).of(mistake) for mistake in pictures(course, slug).mistakes]
    made = [picture for picture in drawn if picture is not None]
    assert len(made) > 0.7 * len(drawn)
    for panel in (panel for picture in made for panel in picture.panels):
        root = ElementTree.fromstring(str(panel.svg))
        assert root.get("role") == "img"
        assert root.get("aria-label")
        assert len(panel.svg) < 20_000
        assert not any({"style", "href"} & set(element.attrib) for element in root.iter())


@pytest.mark.parametrize(
    ("slug", "seen"),
    [
        ("rand-for-randn", "With this mistake: mean 0.005, standard deviation 0.0029"),
        ("zeros-transposed", "`W1` with this mistake, shape (3, 4)"),
        ("cost-summed", "ten examples with made-up numbers"),
        ("cost-after-the-step", "`costs`"),
    ],
)
def test_the_picture_fits_the_kind_of_result(slug: str, seen: str, course: Course) -> None:
    """Distributions of weights, shapes, numbers and curves each have a drawing of their own."""
    picture = pictures(course, "symmetry").of(slug)
    assert picture is not None
    assert seen in words(picture)


@pytest.mark.parametrize("slug", ["update-in-place", "zeros-float32", "no-such-mistake"])
def test_no_picture_where_values_show_nothing(slug: str, course: Course) -> None:
    """A changed argument or a dtype is not a matter of values."""
    assert pictures(course, "symmetry").of(slug) is None


def test_pictures_are_the_same_for_everybody(course: Course) -> None:
    """Drawn twice, from a fresh start, a picture is the same to the byte."""
    first = pictures(course, "symmetry")
    again = type(first)(first.mistakes, first.reference)
    for slug in list(first.mistakes)[:40]:
        assert first.of(slug) == again.of(slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_function_of_the_contract_gets_public_arguments(slug: str, course: Course) -> None:
    """Told by parameter names alone, they suit the reference: it returns something finite."""
    reference = vars(load_reference(course.source(slug)))
    for name in exercise_names(course.source(slug)):
        arguments = World((3, 4, 2), 5).arguments(reference[name], reference)
        assert reference[name](**arguments) is not None, name


def test_what_differs_is_outlined_and_colours_have_a_sign() -> None:
    """Numbers stand in the cells, so that colour is never the only way to tell."""
    off = np.array([[True, False]])
    panel = heat_map("x", np.array([[-2.0, 1.0]]), 2.0, off)
    assert panel.svg.count('class="off"') == 1
    assert panel.svg.count('class="minus"') == panel.svg.count('class="plus"') == 1
    assert ">−2<" in panel.svg
    assert ">1<" in panel.svg


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e300])
def test_odd_values_are_drawn(odd: float) -> None:
    """nan, infinite and huge entries neither raise nor leave the drawing."""
    for panel in (
        heat_map("x", np.array([[odd, 1.0]]), 1.0),
        lines("x", np.array([1.0, 2.0]), np.array([odd, 1.0])),
    ):
        ElementTree.fromstring(str(panel.svg))
        assert "nan" not in panel.svg.partition("aria-label")[2].partition(">")[2].replace(
            ">nan<", ""
        )


def test_a_constant_has_a_histogram() -> None:
    """Zeros beside draws: a spike, no division by zero."""
    rng = np.random.default_rng(1)
    ElementTree.fromstring(str(histogram("x", rng.normal(size=500), np.zeros(500)).svg))
    ElementTree.fromstring(str(histogram("x", np.zeros(5), np.zeros(5)).svg))


def test_numbers_are_short() -> None:
    """Two digits, a real minus sign, no padded exponent."""
    assert [number(x) for x in (-0.0312, 1e-5, 123.0, 0.0)] == ["−0.031", "1e−5", "123", "0"]
