"use strict";
// Filter and sort for tables of this page. Without scripts every row is there already.
(() => {
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const plain = text => text.replace(/\s+/g, " ").trim().toLowerCase();

  // "13,008" and "97.1 %" sort by their number
  const key = text => {
    const number = text.replace(/[,%<>\s]/g, "").replace("\u2212", "-");
    return number !== "" && Number.isFinite(Number(number)) ? Number(number) : text;
  };
  const order = (a, b) => typeof a === "number" && typeof b === "number" ? a - b
    : typeof a === "number" ? -1 : typeof b === "number" ? 1 : collator.compare(a, b);

  const addFilter = (table, rows) => {
    const tools = document.createElement("div"), label = document.createElement("label");
    const input = document.createElement("input"), status = document.createElement("p");
    tools.className = "tools";
    input.type = "search";
    input.id = table.id + "-filter";
    input.autocomplete = "off";
    label.htmlFor = input.id;
    label.textContent = "Filter rows: " + table.caption.textContent;
    status.setAttribute("role", "status");
    status.className = "muted";
    const texts = rows.map(row => plain(row.textContent));
    const apply = () => {
      const wanted = plain(input.value);
      let shown = 0;
      rows.forEach((row, i) => { const on = texts[i].includes(wanted); row.hidden = !on; shown += on; });
      status.textContent = shown + " of " + rows.length + " rows";
    };
    let timer;
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, 120); });
    tools.append(label, input, status);
    table.closest(".scroll").before(tools);
    apply();
  };

  const addSort = (table, rows) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach(other => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const keys = new Map(rows.map(row => [row, key(row.cells[column].textContent.trim())]));
        const sorted = [...rows].sort((a, b) => (up ? 1 : -1) * order(keys.get(a), keys.get(b)));
        table.tBodies[0].append(...sorted);
      });
    });
  };

  for (const table of document.querySelectorAll("table[data-searchable]")) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 12) continue;
    addFilter(table, rows);
    addSort(table, rows);
  }
})();
