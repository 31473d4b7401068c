/* The page of statements: the chosen one is in sight in a list that scrolls, and a long table is printed a few years at a time. */
(function () {
  const YEARS = 11; // on a page, beside the names and the totals
  const FIXED = 2;
  let chosen = null;

  new MutationObserver(function () {
    const item = document.querySelector(".statements-list [aria-current]");
    if (!item || item === chosen) return;
    chosen = item;
    const list = item.closest(".statements-list");
    list.scrollLeft += item.getBoundingClientRect().left - list.getBoundingClientRect().left - 16;
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-current", "hidden"] });

  function part(table, first) {
    const copy = table.cloneNode(true);
    for (const row of copy.rows) {
      for (let i = row.cells.length - 1; i >= FIXED; i--) if (i < first || i >= first + YEARS) row.deleteCell(i);
    }
    copy.removeAttribute("role");
    return copy;
  }

  window.addEventListener("beforeprint", function () {
    for (const table of document.querySelectorAll(".scroll.statement > table")) {
      const pages = document.createElement("div");
      pages.className = "printed";
      for (let first = FIXED; first < table.rows[0].cells.length; first += YEARS) pages.appendChild(part(table, first));
      table.parentNode.after(pages);
    }
  });
  window.addEventListener("afterprint", function () {
    for (const pages of document.querySelectorAll(".printed")) pages.remove();
  });
})();
