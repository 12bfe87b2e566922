"""JUnit's XML, as most CI systems read it: a suite for each stack, a case for each finding.

A fail is a failure and an unknown is skipped, as is what a comment or the baseline puts aside.
Sources that could not be read and rules that crashed are errors; warnings and sources that are
absent are skipped. A suite has the time that its stack took, all together that of the scan.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from taskwall.findings.finding import Finding, Report
from taskwall.findings.text import absent_calls, one_line, sanitize
from taskwall.outputs import View

READING = "sources"
"""The suite of what concerns no stack: the sources that could not be read, or are absent."""


def render(report: Report, view: View | None = None) -> str:
    """The report as `<testsuites>`."""
    suites: dict[str, list[Element]] = {}
    for finding in report.document.findings:
        suites.setdefault(finding.stack, []).append(_case(finding, report))
    for held in report.document.suppressed:
        why = "in the baseline" if held.by == "baseline" else f"suppressed: {held.reason}"
        case = _of(held.finding)
        SubElement(case, "skipped", message=sanitize(why))
        suites.setdefault(held.finding.stack, []).append(case)
    for crash in report.document.crashes:
        case = Element(
            "testcase", classname=sanitize(crash.rule), name=sanitize(f"{crash.rule} crashed")
        )
        SubElement(case, "error", message=sanitize(crash.message), type="crash")
        suites.setdefault(crash.stack, []).append(case)
    for error in (*report.document.errors, *report.document.warnings):
        name = sanitize(f"{error.file}:{error.line}:{error.column}")
        case = Element("testcase", classname=READING, name=name, file=sanitize(error.file))
        if error in report.document.errors:
            SubElement(case, "error", message=sanitize(error.message), type="unreadable")
        else:
            SubElement(case, "skipped", message=sanitize(error.message))
        suites.setdefault(READING, []).append(case)
    for call, text in absent_calls(report.document.absent):
        name = sanitize(f"{call.file}:{call.line} {call.name}")
        case = Element("testcase", classname=READING, name=name, file=sanitize(call.file))
        SubElement(case, "skipped", message=text)
        suites.setdefault(READING, []).append(case)
    if not suites:  # a report without any case is taken for one that is broken
        suites["taskwall"] = [Element("testcase", classname="taskwall", name="nothing was found")]
    root = Element("testsuites", name="taskwall")
    for name in sorted(suites):
        suite = SubElement(root, "testsuite", name=sanitize(name))
        suite.extend(suites[name])
        _count(suite, suites[name])
        _time(suite, report.seconds.get("" if name == READING else name))
    _count(root, [case for cases in suites.values() for case in cases])
    _time(root, sum(report.seconds.values()) if report.seconds else None)
    indent(root)
    text = re.sub("[\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _of(finding: Finding) -> Element:
    """The case of a finding, whatever is said of it."""
    return Element(
        "testcase",
        classname=finding.rule,
        name=sanitize(f"{finding.rule} {finding.resource} ({finding.file}:{finding.line})"),
        file=sanitize(finding.file),
        line=str(finding.line),
    )


def _case(finding: Finding, report: Report) -> Element:
    case = _of(finding)
    text = one_line(finding, report.reasons)
    if finding.verdict == "fail":
        failure = SubElement(case, "failure", message=text, type=finding.severity)
        failure.text = "\n".join(_details(finding))
    elif finding.verdict == "unknown":
        SubElement(case, "skipped", message=text)
    return case


def _details(finding: Finding) -> Iterator[str]:
    yield sanitize(f"{finding.file}:{finding.line}:{finding.column}: {finding.message}")
    for step in finding.because:
        yield sanitize(f"because {step.text} [{step.file}:{step.line}]")
    for call in finding.called_from:
        yield sanitize(f"called from {call.text} [{call.file}:{call.line}]")
    if finding.fix:
        yield "fix:"
        yield from map(sanitize, finding.fix.text.splitlines())


def _count(element: Element, cases: list[Element]) -> None:
    element.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in cases)))


def _time(element: Element, seconds: float | None) -> None:
    if seconds is not None:
        element.set("time", f"{seconds:.3f}")
