// Draws the charts of the page from their data blocks. What htmx swaps in is drawn by itself; whoever else brings new
// content says document.dispatchEvent(new CustomEvent("throughline:swapped", { detail: element })), or calls
// throughline.draw(element). Either may be said again and again.
// Colours are the style sheet's tokens inside the picture itself, so a change of theme needs no new drawing.
(() => {
  "use strict";
  if (window.throughline?.draw) return; // a page with two charts names this file twice
  const WAITING = "figure[data-vega]:not([data-found])";
  const views = new Map();
  let loading;

  const load = (address) =>
    (loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => resolve(window.vegaEmbed);
      script.onerror = reject;
      document.head.append(script);
    }));

  const specOf = (figure) => JSON.parse(figure.querySelector('script[type="application/json"]').textContent);

  // The page's own font and its small size, which Vega measures words with.
  const fonts = (place) => {
    const style = getComputedStyle(place);
    const size = parseFloat(style.fontSize);
    return { font: style.fontFamily, text: { fontSize: size }, axis: { labelFontSize: size, titleFontSize: size } };
  };

  const draw = async (figure) => {
    const place = figure.querySelector("[data-drawing]");
    try {
      const embed = await load(figure.dataset.vega);
      const { finalize } = await embed(place, specOf(figure), {
        mode: "vega-lite",
        renderer: "svg",
        config: fonts(figure.querySelector("figcaption")),
        ast: true, // no code is made from text: our policy forbids it
        actions: false,
        defaultStyle: false,
        tooltip: false,
      });
      views.set(figure, finalize);
      place.setAttribute("role", "img"); // Vega has named it; what lies within is told by the table
      place.removeAttribute("aria-roledescription");
      place.firstElementChild.setAttribute("aria-hidden", "true");
    } catch (error) {
      figure.hidden = true; // the table stays
      console.error(error);
    }
  };

  // A chart that is not laid out has no width yet: it is drawn once it has one.
  const seen = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      if (!contentRect.width) continue;
      seen.unobserve(target);
      draw(target);
    }
  });

  const find = (root) => {
    for (const [figure, finalize] of views) {
      if (!figure.isConnected && views.delete(figure)) finalize();
    }
    for (const figure of root.matches?.(WAITING) ? [root] : root.querySelectorAll(WAITING)) {
      figure.dataset.found = "";
      figure.hidden = false;
      figure.querySelector("[data-drawing]").style.minHeight = `${specOf(figure).height}px`;
      seen.observe(figure);
    }
  };

  window.throughline = { ...window.throughline, draw: find };
  document.addEventListener("throughline:swapped", (event) => find(event.detail ?? document));
  document.addEventListener("htmx:load", (event) => find(event.detail.elt));
  find(document);
})();
