// After an answer the item is gone: the focus goes on to the one that has come into its place.
(() => {
  let place = -1; // of the item that was answered; -1 while nothing is under way
  const stops = () => [...document.querySelectorAll("#inbox [data-stop]")];

  document.addEventListener("htmx:beforeRequest", (event) => {
    const row = event.target.closest("#inbox [data-stop]");
    place = row ? stops().indexOf(row) : -1;
  });

  document.addEventListener("htmx:afterSettle", () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const rows = stops();
    const row = place < 0 ? null : rows[Math.min(place, rows.length - 1)];
    const next = row && (row.querySelector("[data-first]") || row.querySelector("a, button"));
    (next || document.getElementById("to-decide") || document.getElementById("main")).focus({ preventScroll: !next });
    place = -1;
  });
})();
