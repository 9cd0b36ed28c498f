// Pages that look again when something happened. One tab of a browser holds the stream; it tells the others.
(() => {
  "use strict";
  const main = document.querySelector("main[data-live]");
  if (!main || !("EventSource" in window)) return;
  const NAME = "throughline-live";
  let waiting = 0;
  // As the server wrote them, before anything was drawn into them.
  const was = new Map();
  for (const part of main.querySelectorAll("[data-live-part]")) was.set(part.id, part.outerHTML);

  const busy = (part) =>
    part.contains(document.activeElement) && document.activeElement !== main && !document.activeElement.matches("a, button, summary");
  // Each part with an id is replaced by its new self, unless somebody is writing in it.
  const renew = (page) => {
    for (const part of main.querySelectorAll("[data-live-part]")) {
      const next = page.getElementById(part.id);
      if (!next || busy(part)) continue;
      if (next.outerHTML === was.get(part.id)) continue;
      was.set(part.id, next.outerHTML);
      const opened = [...part.querySelectorAll("details")].map((one) => one.open);
      const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      part.replaceWith(next);
      next.querySelectorAll("details").forEach((one, place) => (one.open = opened[place] ?? one.open));
      if (focused) next.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
      document.dispatchEvent(new CustomEvent("throughline:swapped", { detail: next }));
    }
  };
  const look = async () => {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, redirect: "error" }).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const seat = page.querySelector("main")?.dataset.seat;
    if (seat !== main.dataset.seat) return location.reload(); // another tab works in another organisation now
    renew(page);
    const said = document.getElementById("live-said");
    if (said) said.textContent = said.dataset.text;
  };
  // Several words in one breath are one look.
  let last = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      last = Date.now();
      look();
    }, Math.max(300, last + 2000 - Date.now()));
  };

  const channel = new BroadcastChannel(NAME);
  channel.onmessage = soon;
  const hold = () =>
    new Promise(() => {
      const source = new EventSource(`${main.dataset.live}?since=${encodeURIComponent(main.dataset.liveMark)}`);
      source.addEventListener("look", () => {
        channel.postMessage("look");
        soon();
      });
    });
  if (navigator.locks) navigator.locks.request(NAME, hold);
  else hold();
})();
