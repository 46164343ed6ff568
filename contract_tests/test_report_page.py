"""The HTML page, in a real browser."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from audience_contract import reports
from audience_contract.report import Report
from audience_contract.reports import matrix, texts
from browser import Browser, Page, chromium, expect
from report_values import REPORT

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a report, in a context of its own; whatever it logs or asks the network for fails the test."""
    file = tmp_path / "report.html"
    contexts, heard = [], []

    def opened(*, width: int = 1280, report: Report = REPORT, **more: object) -> Page:
        reports.write(report, {"html": file})
        context = browser.new_context(viewport={"width": width, "height": 800}, **more)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.append(request.url) if request.url != file.as_uri() else None)
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert heard == []


def test_every_cell_says_its_state_in_words_and_by_a_sign(show: Open) -> None:
    page = show()
    for square in matrix.squares(REPORT):
        name = f"{square.rule.title}, {square.provider} {square.operation}: {square.state}, "
        cell = page.get_by_role("button", name=name)
        expect(cell).to_contain_text(f"{matrix.SYMBOLS[square.state]} {square.state}")


def test_a_click_on_a_cell_shows_its_evidence_and_escape_leads_back(show: Open) -> None:
    page = show()
    cell = page.get_by_role("button", name="Body, batch audience_create: violated")
    cell.click()
    panel = page.get_by_role("dialog")
    for evidence in REPORT.findings[0].evidence:
        for text in (texts.sent(evidence), texts.came(evidence), texts.curl(evidence)):
            expect(panel.locator("pre", has_text=text.splitlines()[-1]).first).to_be_visible()
    expect(panel.get_by_text(REPORT.findings[0].pointer)).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(cell).to_be_focused()


def test_other_kinds_of_input_are_inside_of_their_root_cause(show: Open) -> None:
    root = REPORT.findings[0]
    other = replace(root, kind="another header", because=root.key)
    page = show(report=replace(REPORT, findings=(root, other)))
    expect(page.locator("#matches")).to_contain_text("1 of 1 root causes shown")
    page.get_by_role("button", name="Body, batch audience_create: violated").click()
    panel = page.get_by_role("dialog")
    expect(panel.locator("details.finding")).to_have_count(2)
    expect(panel.locator("details.finding details.finding")).to_contain_text("another header")


def test_the_matrix_is_one_stop_of_the_tab_key_and_arrows_move_in_it(show: Open) -> None:
    page = show()
    page.get_by_role("button", name="Reset").focus()
    for _ in range(2):
        page.keyboard.press("Tab")
    cells = page.locator("a.cell")
    expect(cells.nth(0)).to_be_focused()
    keys = {"ArrowRight": 1, "ArrowDown": 4, "ArrowLeft": 3, "End": 5, "Home": 3, "ArrowUp": 0}
    for key, place in keys.items():
        page.keyboard.press(key)
        expect(cells.nth(place)).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('a.cell')") is False


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_key_opens_a_cell_and_focus_stays_in_its_panel_until_escape(show: Open, key: str) -> None:
    page = show()
    cell = page.locator("a.cell[data-state=accepted]").first
    cell.focus()
    page.keyboard.press(key)
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text(REPORT.findings[3].accepted)
    for _ in range(3):
        page.keyboard.press("Tab")
        assert page.evaluate("document.getElementById('panel').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(cell).to_be_focused()


def test_behind_a_cell_without_a_finding_is_how_often_it_was_tested(show: Open) -> None:
    page = show()
    page.get_by_role("button", name="Documented status, batch audience_create: kept").click()
    expect(page.get_by_role("dialog")).to_contain_text("401: put to the test 4 times, never broken")
    page.get_by_role("button", name="Close").click()
    page.locator("a.cell[data-state='not exercised']").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("never put to the test")


def test_the_filters_leave_what_is_asked_for(show: Open) -> None:
    page = show()
    cells, findings = page.locator("a.cell:visible"), page.locator("details.finding:visible")
    for state in ("kept", "not exercised", "accepted"):
        page.get_by_role("checkbox", name=state).uncheck()
    expect(cells).to_have_count(3)
    expect(findings).to_have_count(3)
    page.get_by_label("Provider").select_option("batch")
    expect(cells).to_have_count(2)
    expect(page.locator("#cells thead th:visible")).to_have_count(2)
    page.get_by_label("Text").fill("TOO LONG")
    expect(cells).to_have_count(1)
    expect(findings).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("1 of 42 cells and 1 of 4 root causes shown")
    page.get_by_label("Who owes it").select_option("server")
    expect(cells).to_have_count(1)
    page.get_by_role("button", name="Reset").click()
    expect(cells).to_have_count(42)
    expect(findings).to_have_count(4)


def test_copy_copies_the_curl_line_as_it_is(show: Open) -> None:
    page = show(permissions=["clipboard-read", "clipboard-write"])
    page.locator("details.finding", has_text="HTTP message").first.locator("summary").click()
    figure = page.locator("details.finding[open] figure.curl:visible").nth(2)
    figure.get_by_role("button", name="Copy").click()
    expect(figure.get_by_role("button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == texts.curl(REPORT.findings[2].evidence[0])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_is_never_wider_than_the_screen(show: Open, width: int, scheme: str) -> None:
    page = show(width=width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("a.cell[data-state=violated]").first.click()
    assert page.evaluate("document.getElementById('panel').scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_the_contrast_that_wcag_asks_for(show: Open, scheme: str) -> None:
    page = show(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))")
    assert page.evaluate(_CONTRAST) == []


def test_without_javascript_a_cell_still_leads_to_what_is_behind_it(show: Open) -> None:
    page = show(java_script_enabled=False)
    expect(page.locator("#filters")).to_be_hidden()
    page.locator("a.cell[data-state=violated]").first.click()
    behind = page.locator(".square:target")
    expect(behind).to_be_visible()
    behind.get_by_role("link").first.click()
    expect(page.locator("#f-" + REPORT.findings[0].key)).to_be_visible()


def test_the_page_has_obligations_created_audiences_notes_seed_and_exit_code(show: Open) -> None:
    text = show().locator("body").inner_text()
    for part in ("Contract violated", "1234", "Exit code\n1", "1 of 2 met", "not met", "contract-7f3a", "0190-token"):
        assert part in text
    for part in (*REPORT.notes, *REPORT.phases, REPORT.target, REPORT.started):
        assert part in text


def test_no_id_is_there_twice_and_every_control_has_a_name(show: Open) -> None:
    page = show()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))
    tree = page.locator("body").aria_snapshot()
    assert not re.search(r"^\s*- (button|combobox|searchbox|checkbox|link|region|dialog)\s*$", tree, re.MULTILINE)


# Each text's colour against the nearest background behind it; below 4.5 is listed, or 3 for large text.
_CONTRAST = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (parts(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = [...document.querySelectorAll("body *:not(script)")].filter((element) =>
    element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return texts.map((element) => {
    const style = getComputedStyle(element);
    const [a, b] = [light(style.color), light(behind(element))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), parseFloat(style.fontSize) >= 24 ? 3 : 4.5, element.outerHTML.slice(0, 80)];
  }).filter(([ratio, wanted]) => ratio < wanted);
}"""
