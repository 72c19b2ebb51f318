"""The bank put through the real engine: reference, stub, mistakes and variants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.audit.finding import Finding, finding
from autograder.classroom import Classroom
from autograder.grading import Grader
from autograder.mistakes import Mistake, with_function
from autograder.reference import definition_source
from autograder.report import Report, Verdict
from autograder.submission import NotebookCell, Submission, read_submission
from autograder.variants import load_variants

Advance = Callable[[int], None]
_UNBLAMED = (Verdict.PASSED, Verdict.SKIPPED)


class Bank:
    """Texts graded as if students had handed them in, and what is claimed of their reports."""

    def __init__(self, grader: Grader) -> None:
        self.grader = grader
        self.slug = grader.assignment.slug
        self.mistakes = grader.diagnosis.mistakes
        self.variants = load_variants(grader.course.file(f"autograder/variants/{self.slug}.py"))
        self.stub = grader.course.file(f"assignments/{self.slug}/{self.slug}.ipynb")
        self.reports: dict[str, Report] = {}

    def submissions(self) -> list[Submission]:
        """The reference, alone and with each mistake and variant put in; the stub."""
        source = self.grader.course.source(self.slug).read_text(encoding="utf-8")
        definitions = definition_source(source)
        texts = {"reference": ""}
        texts |= {f"variant {variant.name}": variant.source for variant in self.variants}
        texts |= {f"mistake {mistake.slug}": mistake.source for mistake in self.mistakes}
        handed_in = [
            Submission(name, self.slug, Path(f"{name}.py"), (
                NotebookCell(0, "code", with_function(definitions, text)),
            ))
            for name, text in texts.items()
        ]  # fmt: skip
        if self.stub.is_file():
            handed_in.append(read_submission(self.stub, "stub", self.slug))
        return handed_in

    def grade(self, classroom: Classroom, jobs: int, advance: Advance) -> None:
        """Grade them all."""
        for report in classroom.grade(self.submissions(), jobs):
            self.reports[report.student] = report
            advance(1)

    def findings(self) -> Iterator[Finding]:
        """Every claim about the bank, one after the other."""
        yield self._reference()
        yield self._stub()
        yield self._variants()
        yield from self._mistakes()
        yield self._checks()

    def _reference(self) -> Finding:
        report = self.reports["reference"]
        return finding(
            self.slug, "the reference scores full", _lost(report, "reference"),
            f"{report.score:g} of {report.max_score:g} in {report.seconds * 1000:.0f} ms",
        )  # fmt: skip

    def _stub(self) -> Finding:
        if "stub" not in self.reports:
            words = f"not released: run `autograder release {self.slug}`"
            return finding(self.slug, "the stub scores zero", [words])
        report = self.reports["stub"]
        faults = [f"{o.check} gives points" for o in report.checks if o.points]
        return finding(self.slug, "the stub scores zero", faults, f"{report.score:g} points")

    def _variants(self) -> Finding:
        faults = [
            fault
            for variant in self.variants
            for fault in _lost(self.reports[f"variant {variant.name}"], variant.name)
        ]
        return finding(
            self.slug, "right solutions in every style score full", faults,
            f"{len(self.variants)} styles", variants=len(self.variants),
        )  # fmt: skip

    def _mistakes(self) -> Iterator[Finding]:
        missed, elsewhere, wrongly, skipped = [], [], [], 0
        named: Counter[str] = Counter()
        for mistake in self.mistakes:
            report = self.reports[f"mistake {mistake.slug}"]
            # What cannot be judged because of the mistake is not blamed on anyone.
            skipped += sum(o.verdict is Verdict.SKIPPED for o in report.checks)
            lost = {o.exercise for o in report.checks if o.verdict not in _UNBLAMED}
            if mistake.exercise not in lost:
                missed.append(f"{mistake.slug} keeps all points of {mistake.exercise}")
            elsewhere += [
                f"{mistake.slug} in {mistake.exercise} costs points of {other}"
                for other in sorted(lost - {mistake.exercise})
            ]
            verdict, fault = _named(mistake, report)
            named[verdict] += 1
            wrongly += fault
        subtle = sum(mistake.subtle for mistake in self.mistakes)
        count = f"{len(self.mistakes)} mistakes, {subtle} of them subtle"
        yield finding(self.slug, "every mistake loses points", missed, count,
                      mistakes=len(self.mistakes), subtle=subtle)  # fmt: skip
        yield finding(self.slug, "a mistake costs its own exercise only", elsewhere,
                      f"{skipped} checks could not be judged because of another exercise",
                      skipped=skipped)  # fmt: skip
        words = ", ".join(f"{key} {named[key]}" for key in ("right", "none", "wrong"))
        yield finding(self.slug, "no mistake is called by a wrong name", wrongly, words,
                      **{key: named[key] for key in ("right", "none", "wrong")})  # fmt: skip

    def _checks(self) -> Finding:
        checks = self.grader.checks.checks
        failed = [
            outcome
            for name, report in self.reports.items()
            if name != "stub"
            for outcome in report.checks
            if outcome.verdict is not Verdict.PASSED
        ]
        caught = {outcome.check for outcome in failed}
        silent = {outcome.check for outcome in failed if not outcome.message.strip()}
        faults = [f"{c.name}: no mistake makes it fail" for c in checks if c.name not in caught]
        faults += [f"{name} fails without a word" for name in sorted(silent)]
        return finding(self.slug, "every check can fail, and says why", faults,
                       f"{len(checks)} checks", checks=len(checks))  # fmt: skip


def _lost(report: Report, name: str) -> list[str]:
    if report.error is not None:
        return [f"{name}: {report.error}"]
    return [
        f"{name}: {o.check} {o.verdict}: {o.message}"
        for o in report.checks
        if o.verdict is not Verdict.PASSED
    ]


def _named(mistake: Mistake, report: Report) -> tuple[str, list[str]]:
    named = {o.mistake.slug: o.mistake.message for o in report.checks if o.mistake}
    if not named:
        return "none", []
    if set(named) == {mistake.slug} or set(named.values()) == {mistake.message}:
        return "right", []
    return "wrong", [f"{mistake.slug} is called {', '.join(named)}"]
