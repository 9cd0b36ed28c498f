// The reader's choice of theme: applied before the first paint, kept in this browser only.
(() => {
  "use strict";
  const KEY = "throughline-theme";
  const read = () => {
    try {
      return localStorage.getItem(KEY) || "";
    } catch {
      return ""; // storage is closed to us: the device decides
    }
  };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };
  apply(read());
  addEventListener("DOMContentLoaded", () => {
    const select = document.getElementById("theme");
    if (!select) return;
    select.parentElement.hidden = false;
    select.value = document.documentElement.dataset.theme || "";
    select.addEventListener("change", () => {
      apply(select.value);
      try {
        localStorage.setItem(KEY, select.value);
      } catch {
        // it holds for this page
      }
    });
  });
})();
