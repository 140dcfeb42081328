// When the run page renews itself at the end of the run, whoever was on a button that is gone stays on the page.
(() => {
  let within = false;

  document.addEventListener("htmx:beforeSwap", (event) => {
    within = Boolean(document.activeElement && document.activeElement.closest("#run-page") && event.target.id === "run-page");
  });

  document.addEventListener("htmx:afterSettle", () => {
    if (within && document.activeElement === document.body) document.getElementById("run-title").focus({ preventScroll: true });
    within = false;
  });
})();
