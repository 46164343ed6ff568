"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const table = one("cells");
  const form = one("filters");
  const panel = one("panel");
  const cells = all("a.cell");
  const nested = (finding) => finding.parentElement.closest("details.finding");
  const every = all("details.finding");
  const findings = every.filter((finding) => !nested(finding));
  const section = (cell) => one(cell.hash.slice(1));
  const behind = (link) => one(link.hash.slice(1)).closest("details");

  // What is found by the text filter: all that a cell or a root cause says.
  const words = new Map(every.map((finding) => [finding, finding.textContent.toLowerCase()]));
  for (const cell of cells) {
    const linked = all("a.evidence", section(cell)).map((link) => words.get(behind(link)));
    words.set(cell, [cell.getAttribute("aria-label"), section(cell).textContent, ...linked].join(" ").toLowerCase());
  }

  function filter() {
    const asked = new FormData(form);
    const states = asked.getAll("state");
    const text = asked.get("text").trim().toLowerCase();
    const wanted = (element) =>
      states.includes(element.dataset.state) &&
      ["provider", "side"].every((name) => !asked.get(name) || asked.get(name) === element.dataset[name]) &&
      words.get(element).includes(text);
    for (const element of [...cells, ...findings]) element.hidden = !wanted(element);
    if (table) hideEmpty();
    const shown = (elements) => `${elements.filter((element) => !element.hidden).length} of ${elements.length}`;
    one("matches").textContent = `${shown(cells)} cells and ${shown(findings)} root causes shown`;
  }

  function hideEmpty() {
    const columns = new Set();
    for (const row of all("tbody tr:not(.side)", table)) {
      const left = all("a.cell:not([hidden])", row);
      row.hidden = !left.length;
      for (const cell of left) columns.add(cell.parentElement.cellIndex);
    }
    for (const body of table.tBodies) body.hidden = !all("a.cell:not([hidden])", body).length;
    for (const row of all("tr:not(.side)", table)) {
      for (const field of [...row.cells].slice(1)) field.hidden = !columns.has(field.cellIndex);
    }
    table.parentElement.hidden = !columns.size;
    enter(cells.find((cell) => cell.tabIndex === 0 && !cell.hidden) || cells.find((cell) => !cell.hidden));
  }

  // One stop of the Tab key for the whole matrix, on the cell that had the focus last.
  function enter(next) {
    for (const cell of cells) cell.tabIndex = cell === next ? 0 : -1;
  }

  function neighbour(cell, key) {
    const row = all("a.cell:not([hidden])", cell.closest("tr"));
    const column = cells.filter(
      (other) => !other.hidden && other.parentElement.cellIndex === cell.parentElement.cellIndex,
    );
    const [line, step] = {
      ArrowLeft: [row, -1],
      ArrowRight: [row, 1],
      ArrowUp: [column, -1],
      ArrowDown: [column, 1],
      Home: [row, -row.length],
      End: [row, row.length],
    }[key];
    return line[Math.min(Math.max(line.indexOf(cell) + step, 0), line.length - 1)];
  }

  function open(cell) {
    const copy = section(cell).cloneNode(true);
    const title = copy.querySelector("h3");
    one("panel-title").replaceChildren(...title.childNodes);
    title.remove();
    for (const link of all("a.evidence", copy)) {
      if (nested(behind(link))) {
        link.closest("li").remove();
        continue;
      }
      const finding = behind(link).cloneNode(true);
      finding.open = true;
      finding.hidden = false;
      link.closest("li").remove();
      copy.append(finding);
    }
    // Ids stay where they are: in the page.
    for (const element of [copy, ...all("[id]", copy)]) element.removeAttribute("id");
    one("behind").replaceChildren(...copy.childNodes);
    panel.showModal();
    panel.scrollTop = 0;
    one("panel-title").focus();
  }

  async function copyText(button) {
    const text = button.closest("figure").querySelector("pre");
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      // Without the right to write there: selected, and copied as by hand.
      getSelection().selectAllChildren(text);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  }

  for (const element of [form, ...all(".copy, .scripted")]) element.hidden = false;
  for (const button of all(".copy")) button.setAttribute("aria-live", "polite");
  for (const cell of cells) {
    cell.setAttribute("role", "button");
    cell.setAttribute("aria-haspopup", "dialog");
  }
  if (table) table.setAttribute("role", "grid");

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  document.addEventListener("click", (event) => {
    const cell = event.target.closest("a.cell");
    const button = event.target.closest("button");
    if (cell) {
      event.preventDefault();
      enter(cell);
      open(cell);
    } else if (button && button.matches(".copy")) copyText(button);
    else if (event.target === panel || (button && button.id === "close")) panel.close();
  });
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest("a.cell");
    if (!cell || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === " ") cell.click();
    else if (/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key)) {
      const next = neighbour(cell, event.key);
      enter(next);
      next.focus();
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else return;
    event.preventDefault();
  });
  filter();
})();
