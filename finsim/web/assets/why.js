/* Why a number is what it is: opens the dialog for whatever carries data-why, keeps the way back through what was
   followed, and on closing returns to where the reader was. Tables have one tab stop, within which arrow keys move. */
(function () {
  let chain = []; // what was asked, the first number first: {why, label}
  let left = null; // where the reader was: {element, why, x, y}
  let count = 0;
  let from = ""; // the part that one comes back from
  let begun = false;

  const dialog = () => document.getElementById("why");

  function ask(why) {
    dialog().dataset.waiting = "";
    window.dash_clientside.set_props("why-asked", { data: { why, count: ++count } });
  }

  function open(element, why) {
    if (!dialog().open) {
      left = { element, why, x: window.scrollX, y: window.scrollY };
      chain = [];
      dialog().showModal();
    }
    from = "";
    chain.push({ why, label: "" });
    ask(why);
  }

  function back() {
    from = chain.pop().why;
    ask(chain[chain.length - 1].why);
  }

  /* The answer is there: say where back leads, and put the focus where reading goes on. */
  function arrived(said) {
    const box = dialog(), heading = said.querySelector("h2"), before = chain[chain.length - 2];
    delete box.dataset.waiting;
    chain[chain.length - 1].label = heading.textContent;
    document.getElementById("why-back").hidden = !before;
    document.getElementById("why-before").textContent = before ? before.label : "";
    const part = from && [...said.querySelectorAll("[data-why]")].find(one => one.dataset.why === from);
    if (part && part.closest("details")) part.closest("details").open = true;
    if (!part) box.scrollTop = 0;
    (part || heading).focus();
    history.replaceState(history.state, "", "#why=" + encodeURIComponent(chain[chain.length - 1].why));
  }

  function closed() {
    history.replaceState(history.state, "", location.pathname + location.search);
    const same = [...document.querySelectorAll("main [data-why]")].find(one => one.dataset.why === left.why && one.offsetParent);
    const element = left.element && left.element.isConnected ? left.element : same || document.getElementById("main");
    element.focus({ preventScroll: true });
    window.scrollTo(left.x, left.y);
  }

  /* A link to an explanation opens it once the page is filled in. */
  function begin() {
    const asked = location.hash.match(/^#why=(.+)$/);
    if (begun || !dialog() || !document.querySelector("#head-title h1")) return;
    begun = true;
    try {
      if (asked) open(null, decodeURIComponent(asked[1]));
    } catch (error) {
      if (!(error instanceof URIError)) throw error; // an address cut in the middle of a letter asks for nothing
    }
  }

  // ---- tables --------------------------------------------------------------------------------------------------
  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  function next(cell, key) {
    const rows = cell.closest("table").rows;
    let row = cell.parentNode.rowIndex, column = cell.cellIndex;
    const numbers = [...cell.parentNode.querySelectorAll("[data-why]")];
    if (key === "Home") return numbers[0];
    if (key === "End") return numbers[numbers.length - 1];
    const [down, right] = STEPS[key];
    do {
      row += down;
      column += right;
      if (!rows[row] || !rows[row].cells[column]) return null;
    } while (!rows[row].cells[column].dataset.why);
    return rows[row].cells[column];
  }

  document.addEventListener("keydown", function (event) {
    const cell = event.target.closest("td[data-why]");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") open(cell, cell.dataset.why);
    else if (event.key in STEPS || event.key === "Home" || event.key === "End") {
      const other = next(cell, event.key);
      if (other) other.focus();
    } else return;
    event.preventDefault();
  });

  document.addEventListener("focusin", function (event) {
    const cell = event.target.closest("td[data-why]");
    if (!cell) return;
    for (const one of cell.closest("table").querySelectorAll('td[tabindex="0"]')) one.tabIndex = -1;
    cell.tabIndex = 0;
  });

  // ---- dialog --------------------------------------------------------------------------------------------------
  document.addEventListener("click", function (event) {
    const number = event.target.closest("[data-why]"), box = dialog();
    if (number) open(number, number.dataset.why);
    else if (event.target.closest("#why-back")) back();
    else if (event.target.closest("#why-close") || event.target === box) box.close();
    else if (event.target.closest("#why a:not([target])")) box.close();
  });

  document.addEventListener("close", event => { if (event.target === dialog()) closed(); }, true);
  window.addEventListener("hashchange", function () { begun = false; begin(); });
  window.addEventListener("popstate", () => { if (dialog() && dialog().open) dialog().close(); });

  new MutationObserver(function () {
    begin();
    const said = document.querySelector("#why [data-asked]");
    if (said && "waiting" in dialog().dataset && Number(said.dataset.asked) === count) arrived(said);
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-asked"] });
})();
