// The frame: the search box as a combobox, and the menu as a drawer on narrow screens. Without it the
// search answers with a page, and the drawer opens and closes by its links.
(() => {
  // --- Search box: the the focus stays in the field, arrows mark a result, Enter opens it.
  const box = document.getElementById("jump-query");
  const place = document.getElementById("jump-results");
  const status = document.getElementById("jump-status");
  let marked = -1;
  let wanted = false; // Enter was pressed before the answer came
  const PATIENCE = 2000; // ms: where no answer comes, the page of results must do

  const options = () => [...place.querySelectorAll('[role="option"]')];
  const shown = () => place.querySelector("[data-query]")?.dataset.query ?? "";
  const asked = () => box.value.trim();

  const mark = (index) => {
    const all = options();
    marked = all.length ? (index + all.length) % all.length : -1;
    all.forEach((each, number) => each.setAttribute("aria-selected", String(number === marked)));
    if (marked < 0) box.removeAttribute("aria-activedescendant");
    else {
      box.setAttribute("aria-activedescendant", all[marked].id);
      all[marked].scrollIntoView({ block: "nearest" });
    }
  };

  const say = () => {
    const all = options();
    box.setAttribute("aria-expanded", String(all.length > 0));
    if (!shown() && !place.textContent.trim()) status.textContent = "";
    else status.textContent = all.length ? `${all.length} result${all.length === 1 ? "" : "s"}. ${all[0].textContent.trim().replace(/\s+/g, " ")}` : "No match";
  };

  const close = () => {
    place.replaceChildren();
    wanted = false;
    mark(0);
    box.setAttribute("aria-expanded", "false");
    status.textContent = "";
  };

  const open = () => {
    wanted = false;
    const chosen = options()[Math.max(marked, 0)];
    if (!chosen) return false;
    chosen.click();
    if (chosen.matches("button[type=button]")) close();
    return true;
  };

  const byKey = (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options().length) return;
      event.preventDefault();
      mark(marked + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && asked().length >= 2) {
      if (shown() === asked()) {
        if (open()) event.preventDefault();
        return;
      }
      event.preventDefault();
      wanted = true;
      setTimeout(() => { if (wanted) box.form.submit(); }, PATIENCE);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (place.children.length) close();
      else box.blur();
    }
  };

  if (box) {
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-expanded", "false");
    box.setAttribute("aria-controls", "jump-list");
    box.addEventListener("keydown", byKey);
    box.addEventListener("input", () => { wanted = false; if (asked().length < 2) close(); });
    place.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    place.addEventListener("click", (event) => { if (event.target.closest("button[type=button]")) setTimeout(close); });
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.target !== place) return;
      mark(0);
      say();
      if (wanted && shown() === asked() && !open()) box.form.submit();
    });
  }

  // --- Drawer
  const rail = document.getElementById("rail");
  const page = document.getElementById("page");
  const narrow = window.matchMedia("(max-width: 639px)");
  let opened = false;

  const follow = () => {
    if (!rail || !page) return;
    const now = location.hash === "#rail" && narrow.matches;
    if (now === opened) return;
    opened = now;
    page.inert = now;
    const next = now ? rail.querySelector(".rail-close") : document.querySelector(".rail-open");
    if (next) next.focus({ preventScroll: true });
  };

  const shut = () => { if (location.hash === "#rail") location.hash = "main"; };

  window.addEventListener("hashchange", follow);
  narrow.addEventListener("change", () => { if (!narrow.matches) shut(); follow(); });
  document.addEventListener("keydown", (event) => {
    if (!opened) return;
    if (event.key === "Escape") shut();
    if (event.key !== "Tab") return;
    const stops = [...rail.querySelectorAll("a, summary")].filter((each) => each.offsetParent !== null);
    const edge = event.shiftKey ? stops[0] : stops[stops.length - 1];
    if (document.activeElement === edge) {
      event.preventDefault();
      (event.shiftKey ? stops[stops.length - 1] : stops[0]).focus();
    }
  });
  follow();
})();
