/* What the browser does by itself: it draws the tables, when they are looked at, and lets a new view take over
   the opened tables and the focus from the one before. */
(function () {
  const opened = new Set(); // ids of the opened disclosures
  let focused = null; // {element, box, index}: where the focus was last
  let waiting = false;

  /* A table comes as JSON in an attribute: hundreds of cells are drawn in no time, and only if somebody opens them. */
  function draw(box) {
    const { head, body, strong, fields } = JSON.parse(box.dataset.table);
    const table = box.appendChild(document.createElement("table"));
    const top = table.createTHead().insertRow();
    for (const text of head) cell(top, "th", text).scope = "col";
    const rows = table.createTBody();
    body.forEach(function (texts, position) {
      const row = rows.insertRow();
      if (strong.includes(position)) row.className = "strong";
      texts.forEach((text, i) => { if (i) cell(row, "td", text); else cell(row, "th", text).scope = "row"; });
      if (fields && fields[position]) field(row.cells[1], fields[position]);
    });
  }

  function cell(row, kind, text) {
    const element = row.appendChild(document.createElement(kind));
    element.textContent = text;
    return element;
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

  function drawWhatIsSeen(root) {
    for (const box of root.querySelectorAll("[data-table]:empty")) if (!box.closest("details:not([open])")) draw(box);
  }

  function focusable(box) {
    return [box, ...box.querySelectorAll("a, button, input, summary, [tabindex]")];
  }

  function takeOver() {
    waiting = false;
    for (const id of opened) {
      const details = document.getElementById(id);
      if (details && !details.open) details.querySelector("summary").click(); // a click also asks for what is not there yet
    }
    drawWhatIsSeen(document);
    const heading = [...document.querySelectorAll("main h1")].find(one => one.offsetParent);
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

  new MutationObserver(function () {
    if (!waiting) window.requestAnimationFrame(takeOver);
    waiting = true;
  }).observe(document, { childList: true, subtree: true });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    finsim: {
      switchLanguage: function (clicks, language) {
        if (clicks) {
          // In a cookie, so that the server can speak it from the first byte on.
          document.cookie = "lang=" + language + "; path=/; max-age=31536000; samesite=lax";
          window.location.reload();
        }
      },
      /* Another account: only what a reader chooses leads elsewhere, not what was filled in for the view, or for the one before. */
      choose: function (address, { here, shown }) {
        if (!address || address === shown || here !== location.pathname + location.search) return;
        history.pushState({}, "", address);
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
      },
      typed: function (clicks) {
        const changed = [...document.querySelectorAll("[data-input]")].filter(input => input.value !== input.defaultValue);
        return { clicks, typed: Object.fromEntries(changed.map(input => [input.dataset.input, input.value])) };
      },
      refused: function (reasons) {
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
      },
    },
  });
})();
