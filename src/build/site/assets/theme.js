// Before the page is drawn: the colors that its reader has chosen. Without a choice, those of the system.
(() => {
  let chosen;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Some browsers keep nothing for pages that are opened as files.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
