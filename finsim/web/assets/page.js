/* What the browser does by itself: it draws the tables, when they are looked at, and lets a new view take over
   the opened tables and the focus from the one before. */
(function () {
  const opened = new Set(); // ids of the opened disclosures
  let focused = null; // {element, box, index}: where the focus was last
  let waiting = false;
  let tries = 0;

  /* A table comes as JSON in an attribute: hundreds of cells are drawn in no time, and only if somebody opens them. */
  function draw(box) {
    const { head, body, strong, fields, links = [], sortable, rows: names = [], columns = [], marks = [] } = JSON.parse(box.dataset.table);
    const table = box.appendChild(document.createElement("table"));
    const top = table.createTHead().insertRow();
    head.forEach(function (text, i) {
      const heading = cell(top, "th", text);
      heading.scope = "col";
      if (marks[i]) heading.appendChild(document.createElement("small")).textContent = marks[i];
    });
    if (sortable) [...top.cells].forEach((heading, column) => sorts(heading, column, table));
    const rows = table.createTBody();
    body.forEach(function (texts, position) {
      const row = rows.insertRow();
      if (strong.includes(position)) row.className = "strong";
      texts.forEach((text, i) => { if (i) cell(row, "td", text); else named(cell(row, "th", ""), text); });
      if (names[position]) texts.forEach((text, i) => explained(row.cells[i], names[position], columns[i]));
      if (fields && fields[position]) field(row.cells[1], fields[position]);
      if (links[position]) lead(row.cells[0], links[position]);
      if (box.classList.contains("problems")) row.cells[0].replaceChildren(button(texts[0]));
    });
  }

  /* The number before a name, if it has one, stands in a column of its own. */
  function named(cell, text) {
    const [number, name] = text.split("\u2002");
    cell.scope = "row";
    cell.textContent = name === undefined ? text : name;
    if (name === undefined) return;
    const place = document.createElement("span");
    place.className = "line-number";
    place.textContent = number;
    cell.prepend(place);
  }

  /* A number that opens its explanation (why.js). A table of such numbers is one tab stop. */
  function explained(cell, name, column) {
    if (column === null || column === undefined || !cell.textContent) return;
    const table = cell.closest("table"), first = !table.hasAttribute("role");
    table.setAttribute("role", "grid");
    table.setAttribute("aria-label", table.parentNode.getAttribute("aria-label"));
    cell.dataset.why = name.replace("{}", () => column);
    cell.tabIndex = first ? 0 : -1;
    if (first) table.parentNode.removeAttribute("tabindex");
  }

  function cell(row, kind, text) {
    const element = row.appendChild(document.createElement(kind));
    element.textContent = text;
    return element;
  }

  /* The first cell of a row leads to another view. */
  function lead(cell, address) {
    const link = document.createElement("a");
    link.href = address;
    link.dataset.view = "";
    link.textContent = cell.textContent;
    cell.replaceChildren(link);
  }

  function button(text) {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = text;
    return element;
  }

  /* To another view, without loading the page again. */
  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[data-view]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(link.getAttribute("href"));
  });

  function go(address) {
    history.pushState({}, "", address);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  /* A heading that orders the rows by its column: numbers by size, what is no number last, words as they are read. */
  function sorts(heading, column, table) {
    heading.replaceChildren(button(heading.textContent));
    heading.firstChild.addEventListener("click", function () {
      const up = heading.getAttribute("aria-sort") !== "ascending";
      for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      const value = row => Number(row.cells[column].textContent.replace(/,/g, "").replace("−", "-").replace("%", "") || NaN);
      const words = row => row.cells[column].textContent;
      const rows = [...table.tBodies[0].rows];
      const numbers = rows.some(row => !Number.isNaN(value(row)));
      rows.sort(function (a, b) {
        if (!numbers) return (up ? 1 : -1) * words(a).localeCompare(words(b), "zh");
        const [one, other] = [value(a), value(b)];
        if (Number.isNaN(one) || Number.isNaN(other)) return Number.isNaN(one) - Number.isNaN(other);
        return up ? one - other : other - one;
      });
      table.tBodies[0].append(...rows);
    });
  }

  /* A number that may be typed over: it is read when it is tried, and what the server says of it stands below. */
  function field(cell, { id, name }) {
    const input = document.createElement("input");
    input.defaultValue = cell.textContent;
    input.dataset.input = id;
    input.inputMode = "decimal";
    input.autocomplete = "off";
    input.setAttribute("aria-label", name);
    cell.replaceChildren(input);
  }

  /* What is only read comes as HTML in an attribute (web/markup.py). */
  function fillIn() {
    for (const box of document.querySelectorAll("[data-html]")) if (box.filled !== box.dataset.html) box.innerHTML = box.filled = box.dataset.html;
  }

  function drawWhatIsSeen(root) {
    for (const box of root.querySelectorAll("[data-table]:empty")) if (!box.closest("details:not([open])")) draw(box);
  }

  function focusable(box) {
    return [box, ...box.querySelectorAll("a, button, input, summary, [tabindex]")];
  }

  function takeOver() {
    waiting = false;
    const before = document.getElementById("at-once");
    if (before && document.getElementById("verdict")) before.remove();
    for (const id of opened) {
      const details = document.getElementById(id);
      if (details && !details.open) details.querySelector("summary").click(); // a click also asks for what is not there yet
    }
    drawWhatIsSeen(document);
    for (const input of document.querySelectorAll("[data-upload-limit] input:not([aria-label])")) // Dash gives it no name
      input.setAttribute("aria-label", input.closest("[data-upload-limit]").textContent);
    const heading = [...document.querySelectorAll("main h1")].find(one => !one.closest("[hidden]"));
    if (heading) document.title = heading.textContent + " · " + document.querySelector(".product").textContent;
    if (focused && !focused.element.isConnected && document.activeElement === document.body) {
      const box = document.getElementById(focused.box);
      const element = box && focusable(box)[focused.index];
      if (element) element.focus({ preventScroll: true });
    }
  }

  document.addEventListener("toggle", function (event) {
    const details = event.target;
    if (details.tagName !== "DETAILS" || !details.isConnected) return;
    if (details.open) opened.add(details.id); else opened.delete(details.id);
    drawWhatIsSeen(details);
  }, true);

  document.addEventListener("focusin", function (event) {
    const box = event.target.closest("[id]");
    if (box) focused = { element: event.target, box: box.id, index: focusable(box).indexOf(event.target) };
  });

  /* The editor: numbers of lines beside the text; the place of a problem leads to its line. */
  document.addEventListener("scroll", function (event) {
    if (event.target.id === "yaml-text") document.getElementById("yaml-lines").scrollTop = event.target.scrollTop;
  }, true);

  document.addEventListener("click", function (event) {
    const place = event.target.closest("#yaml-outcome .problems tbody th button");
    const line = place && Number((place.textContent.match(/:(\d+)$/) || [])[1]);
    const editor = document.getElementById("yaml-text");
    if (!line || !editor) return;
    const lines = editor.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1);
    editor.focus();
    editor.setSelectionRange(start, start + (lines[line - 1] || "").length);
    editor.scrollTop = (line - 4) * (editor.scrollHeight / lines.length);
    editor.closest(".card").scrollIntoView({ block: "start" });
  });

  /* The numbers that were typed over go to be tried. */
  document.addEventListener("click", function (event) {
    if (!event.target.closest("#inputs-try")) return;
    const changed = [...document.querySelectorAll("[data-input]")].filter(input => input.value !== input.defaultValue);
    const typed = Object.fromEntries(changed.map(input => [input.dataset.input, input.value]));
    refused({});
    window.dash_clientside.set_props("inputs-typed", { data: { typed, count: ++tries } });
  });

  /* What the server says of numbers that were typed over; nothing takes away what was said before. */
  function refused(reasons) {
    let first = true;
    for (const input of document.querySelectorAll("[data-input]")) {
      const reason = reasons[input.dataset.input];
      if (input.nextSibling) input.nextSibling.remove();
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      if (!reason) continue;
      const said = input.parentNode.appendChild(document.createElement("p"));
      said.className = "problem";
      said.id = "refused-" + input.dataset.input;
      said.textContent = reason;
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", said.id);
      if (first) input.focus();
      if (first) input.closest("tr").scrollIntoView({ block: "center" });
      first = false;
    }
  }

  /* A file that is too large is not even sent. */
  for (const kind of ["change", "drop"]) document.addEventListener(kind, function (event) {
    const box = event.target.closest && event.target.closest("[data-upload-limit]");
    const files = box && (event.target.files || (event.dataTransfer && event.dataTransfer.files));
    if (!files) return;
    const large = [...files].some(file => file.size > Number(box.dataset.uploadLimit));
    document.getElementById("upload-problem").textContent = large ? box.dataset.tooLarge : "";
  }, true);

  new MutationObserver(function () {
    fillIn();
    if (!waiting) window.requestAnimationFrame(takeOver);
    waiting = true;
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-html"] });

  /* What an address shows, whatever was asked of it. */
  function asking(address) {
    const url = new URL(address, location.href);
    for (const name of ["trials", "seed"]) url.searchParams.delete(name);
    return url.pathname + url.search;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    finsim: {
      /* The parts of the page of an address; one that stands there is to show the address, if it does not do so yet. */
      route: function (pathname, search, parts, ...known) {
        const asked = "/" + pathname.replace(/^\/+|\/+$/g, "");
        const path = parts.some(part => part.paths.includes(asked)) ? asked : "/";
        const hidden = parts.map(part => !part.paths.includes(path));
        const same = window.dash_clientside.no_update;
        return [...hidden, ...parts.map((part, i) => hidden[i] || (known[i] === path + search && !part.changes) ? same : path + search)];
      },
      switchLanguage: function (clicks, language) {
        if (clicks) {
          // In a cookie, so that the server can speak it from the first byte on.
          document.cookie = "lang=" + language + "; path=/; max-age=31536000; samesite=lax";
          window.location.reload();
        }
      },
      /* Another account: only what a reader chooses leads elsewhere, not what was filled in for the view, or for the one before. */
      choose: function (address, of) {
        if (!of || !address || address === of.shown || asking(of.here) !== asking(location.href)) return;
        go(address);
      },
      numberLines: function (text) {
        return Array.from({ length: (text || "").split("\n").length }, (_, i) => i + 1).join("\n");
      },
      /* Other schemes to compare with: as above. */
      compareWith: function (chosen, of) {
        const now = (chosen || []).join(",");
        if (!of || now === of.value.join(",") || of.here !== location.pathname + location.search) return;
        go(of.link.replace(encodeURIComponent("~~~"), encodeURIComponent(now || "none")));
      },
      /* The address says with which trials and seed the result was made, so that it opens the same again. */
      keepAsked: function (asked) {
        if (!asked || asked.path !== location.pathname) return;
        const url = new URL(location.href);
        url.searchParams.set("trials", asked.trials);
        url.searchParams.set("seed", asked.seed);
        history.replaceState(history.state, "", url);
      },
      refused,
    },
  });
})();
