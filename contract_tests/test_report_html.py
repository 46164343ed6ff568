"""The HTML page as a file: safe and self-contained."""

import base64
import hashlib
import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from audience_contract.report import Report
from audience_contract.reports import page
from browser import chromium
from report_values import ANY_TEXT, REPORT
from report_values import reports as any_report


class _Read(HTMLParser):
    """Elements and attributes of a page, and its text by the element that holds it."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.raw: dict[str, str] = {}
        self.feed(page.render(report).decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self.cdata_elem:
            self.raw[self.cdata_elem] = self.raw.get(self.cdata_elem, "") + data


_TAGS = {tag for tag, _ in _Read(REPORT).tags}


@settings(max_examples=40)
@given(any_report(ANY_TEXT))
def test_no_text_becomes_an_element_or_an_attribute(report: Report) -> None:
    read = _Read(report)
    assert {tag for tag, _ in read.tags} <= _TAGS
    assert "script" not in _TAGS
    for _, attributes in read.tags:
        assert not any(name.startswith("on") or name in ("src", "style", "srcdoc", "action") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")


@settings(max_examples=40)
@given(any_report(st.just("<script>alert(1)</script>&amp;")))
def test_every_text_is_shown_as_it_is(report: Report) -> None:
    shown = "".join(_Read(report).text)
    assert "<script>alert(1)</script>&amp;" in shown
    assert "alert(1)&amp;lt;" not in shown


def test_the_policy_allows_the_pages_own_style_and_nothing_else() -> None:
    read = _Read(REPORT)
    policy = next(found["content"] for tag, found in read.tags if found.get("http-equiv") == "Content-Security-Policy")
    style = base64.b64encode(hashlib.sha256(read.raw["style"].encode()).digest()).decode()
    assert policy == f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{style}'"


def test_the_page_names_nothing_to_fetch() -> None:
    text = re.sub(r"<pre.*?</pre>", "", page.render(REPORT).decode("utf-8"), flags=re.DOTALL)
    assert not re.search(r"url\(|@import|\bfetch\(|XMLHttp|<link|<img|<iframe", text)


def test_a_script_and_a_picture_that_come_in_are_stopped_by_the_browser() -> None:
    with chromium() as browser:
        shown = browser.new_page()
        shown.set_content(page.render(REPORT).decode("utf-8"))
        stopped = shown.evaluate("""async () => {
          const stopped = [];
          document.addEventListener("securitypolicyviolation", (event) => stopped.push(event.effectiveDirective));
          document.body.insertAdjacentHTML("beforeend", "<img src='https://example.test/x.png' onerror='top.hit = 1'>");
          const script = document.createElement("script");
          script.textContent = "top.hit = 1";
          document.body.append(script);
          await new Promise((done) => setTimeout(done, 300));
          return [top.hit, ...new Set(stopped)];
        }""")
    assert stopped[0] is None
    assert {"img-src", "script-src-elem"} <= set(stopped)
