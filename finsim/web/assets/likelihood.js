/* How likely a value is reached: the reader moves a threshold, by a slider, a number or the line in the chart, and reads the
   probability. All from the quantiles that came with the page. */
(function () {
  const OWN = ["#0072B2", "#b9d6ea"]; // of the bars on the side that counts, and of the others
  const Z = 1.959964;

  function make(kind, parent, properties) {
    return Object.assign(parent.appendChild(document.createElement(kind)), properties);
  }

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => name in values ? values[name] : whole);
  }

  function shown(value, decimals) {
    const text = Math.abs(value).toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    return (value < 0 && Number(text.replace(/,/g, "")) !== 0 ? "−" : "") + text;
  }

  const percent = (share, decimals) => shown(100 * share, decimals) + "%";

  /* Share of the trials below a value (or, with equal ones, up to it), between the quantiles on either side of it. */
  function share(points, value, equal) {
    const last = points.length - 1;
    const place = points.findIndex(point => equal ? point > value : point >= value);
    if (place < 0) return 1;
    if (place === 0) return 0;
    const before = points[place - 1], after = points[place];
    return (place - 1 + (after > before ? (value - before) / (after - before) : 0)) / last;
  }

  /* Wilson's interval. */
  function interval(p, count) {
    const middle = (p + Z * Z / (2 * count)) / (1 + Z * Z / count);
    const half = Z * Math.sqrt(p * (1 - p) / count + Z * Z / (4 * count * count)) / (1 + Z * Z / count);
    return [Math.max(0, middle - half), Math.min(1, middle + half)];
  }

  function likelihood(told, value) {
    const exact = told.counted;
    if (exact && Math.abs(value - exact.at) <= 1e-9 * Math.max(1, Math.abs(exact.at))) return { ...exact, text: told.words.counted };
    const below = share(told.points, value, told.atMost);
    const p = told.atMost ? below : 1 - below;
    const [low, high] = interval(p, told.trials);
    return { value: p, low, high, text: told.words.likelihood_read };
  }

  function draw(box) {
    const told = JSON.parse(box.dataset.threshold), words = told.words;
    const chart = () => box.parentNode.querySelector(".js-plotly-plot");
    const modes = make("div", box, { className: "segments modes" });
    const buttons = ["histogram", "cumulative"].map(function (name, chosen) {
      const button = make("button", modes, { type: "button", className: "segment", textContent: words[name] });
      button.addEventListener("click", () => show(chosen));
      return button;
    });
    const label = make("label", box, { textContent: words.threshold });
    const typed = make("input", label, { type: "number", step: "any", className: "number-field" });
    const slider = make("input", box, { type: "range", step: "any", min: told.low, max: told.high });
    slider.setAttribute("aria-label", words.threshold_slide);
    const said = make("p", box, { className: "likelihood" });
    said.setAttribute("role", "status");
    const what = make("span", said, { className: "note" }), amount = make("button", make("strong", said, {}), { type: "button", className: "why number" }), how = make("span", said, { className: "note" });
    amount.dataset.why = told.why;
    let value = told.at;

    function show(chosen) {
      buttons.forEach((button, i) => { button.setAttribute("aria-pressed", i === chosen); button.classList.toggle("chosen", i === chosen); });
      if (chart() && chart().data) window.Plotly.restyle(chart(), { visible: [chosen === 0, chosen === 1] });
    }

    function mark() {
      const plot = chart();
      if (!plot || !plot.data) return;
      const middles = plot.data[0].x;
      const colours = Array.from(plot._fullData[0].x || middles, x => OWN[(told.atMost ? x <= value : x >= value) ? 0 : 1]);
      window.Plotly.update(plot, { "marker.color": [colours] }, { "shapes[0].x0": value, "shapes[0].x1": value, "shapes[0].y0": 0, "shapes[0].y1": 1 }, [0]);
    }

    function move(to, from) {
      if (!Number.isFinite(to)) return;
      value = to;
      if (from !== typed) typed.value = String(Number(to.toPrecision(10)));
      if (from !== slider) slider.value = to;
      const found = likelihood(told, to);
      what.textContent = fill(words.likelihood, { value: shown(to, told.decimals) });
      amount.textContent = percent(found.value, 1);
      amount.dataset.value = found.value;
      how.textContent = fill(found.text, { low: percent(found.low, 2), high: percent(found.high, 2) });
      slider.setAttribute("aria-valuetext", what.textContent + " " + amount.textContent);
      mark();
    }

    slider.addEventListener("input", () => move(Number(slider.value), slider));
    typed.addEventListener("input", () => move(typed.value === "" ? NaN : Number(typed.value), typed));
    move(told.at);
    show(0);
    (function whenDrawn(tries) {
      const plot = chart();
      if (plot && plot.data && plot.on && plot._fullData) {
        plot.on("plotly_relayout", function (change) {
          const moved = ["shapes[0].x0", "shapes[0].x1"].map(name => change[name]).find(x => x !== undefined && Number(x) !== value);
          if (moved !== undefined) move(Number(moved)); else if ("shapes[0].y0" in change && change["shapes[0].y0"] !== 0) mark();
        });
        mark();
      } else if (tries && box.isConnected) setTimeout(whenDrawn, 100, tries - 1);
    })(100);
  }

  new MutationObserver(function () {
    for (const box of document.querySelectorAll("[data-threshold]:empty")) draw(box);
  }).observe(document, { childList: true, subtree: true });
})();
