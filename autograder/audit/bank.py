"""The bank put through the real engine: reference, stub, mistakes and variants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from autograder.audit.finding import Finding, finding
from autograder.grading import Grader
from autograder.mistakes import Mistake, with_function
from autograder.reference import definition_source
from autograder.report import Report, Verdict
from autograder.sandbox.host import Sandbox
from autograder.submission import NotebookCell, Submission, read_submission
from autograder.variants import load_variants

_UNBLAMED = (Verdict.PASSED, Verdict.SKIPPED)


class Bank:
    """Grades texts as if students had handed them in."""

    def __init__(self, grader: Grader, sandbox: Sandbox) -> None:
        self.grader = grader
        self.sandbox = sandbox
        self.slug = grader.assignment.slug
        source = grader.course.source(self.slug)
        self.definitions = definition_source(source.read_text(encoding="utf-8"))
        self.failed_somewhere: set[str] = set()
        self.silent: set[str] = set()

    def grade(self, name: str, *functions: str) -> Report:
        """The report of the reference with some functions replaced."""
        text = with_function(self.definitions, *functions)
        cells = (NotebookCell(0, "code", text),)
        report = self.grader.grade(
            Submission(name, self.slug, Path(f"{name}.py"), cells), self.sandbox
        )
        for outcome in report.checks:
            if outcome.verdict is not Verdict.PASSED:
                self.failed_somewhere.add(outcome.check)
                if not outcome.message.strip():
                    self.silent.add(outcome.check)
        return report

    def findings(self) -> Iterator[Finding]:
        """Every claim about the bank, one after the other."""
        yield self._reference()
        yield self._stub()
        yield self._variants()
        yield from self._mistakes()
        yield self._checks()

    def _reference(self) -> Finding:
        report = self.grade("reference")
        return finding(
            self.slug, "the reference scores full", _lost(report, "reference"),
            f"{report.score:g} of {report.max_score:g} in {report.seconds * 1000:.0f} ms",
        )  # fmt: skip

    def _stub(self) -> Finding:
        path = self.grader.course.file(f"assignments/{self.slug}/{self.slug}.ipynb")
        if not path.is_file():
            words = f"not released: run `autograder release {self.slug}`"
            return finding(self.slug, "the stub scores zero", [words])
        report = self.grader.grade(read_submission(path, "stub", self.slug), self.sandbox)
        faults = [f"{o.check} gives points" for o in report.checks if o.points]
        return finding(self.slug, "the stub scores zero", faults, f"{report.score:g} points")

    def _variants(self) -> Finding:
        path = self.grader.course.file(f"autograder/variants/{self.slug}.py")
        variants = load_variants(path)
        faults = [
            fault
            for variant in variants
            for fault in _lost(self.grade(variant.name, variant.source), variant.name)
        ]
        return finding(
            self.slug, "right solutions in every style score full", faults,
            f"{len(variants)} styles", variants=len(variants),
        )  # fmt: skip

    def _mistakes(self) -> Iterator[Finding]:
        missed, elsewhere, wrongly, skipped = [], [], [], 0
        named: Counter[str] = Counter()
        mistakes = self.grader.diagnosis.mistakes
        for mistake in mistakes:
            report = self.grade(mistake.slug, mistake.source)
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
        subtle = sum(mistake.subtle for mistake in mistakes)
        count = f"{len(mistakes)} mistakes, {subtle} of them subtle"
        yield finding(self.slug, "every mistake loses points", missed, count,
                      mistakes=len(mistakes), subtle=subtle)  # fmt: skip
        yield finding(self.slug, "a mistake costs its own exercise only", elsewhere,
                      f"{skipped} checks could not be judged because of another exercise",
                      skipped=skipped)  # fmt: skip
        words = ", ".join(f"{key} {named[key]}" for key in ("right", "none", "wrong"))
        yield finding(self.slug, "no mistake is called by a wrong name", wrongly, words,
                      **{key: named[key] for key in ("right", "none", "wrong")})  # fmt: skip

    def _checks(self) -> Finding:
        checks = self.grader.checks.checks
        faults = [
            f"{check.name}: no mistake makes it fail"
            for check in checks
            if check.name not in self.failed_somewhere
        ]
        faults += [f"{name} fails without a word" for name in sorted(self.silent)]
        return finding(self.slug, "every check can fail, and says why", faults,
                       f"{len(checks)} checks", checks=len(checks))  # fmt: skip


def _lost(report: Report, name: str) -> list[str]:
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
