// Lists: swapped in place, ticked, and walked through by keyboard. Without it every link and box still works.
(() => {
  const boxes = (from = document) => [...from.querySelectorAll('#list input[type="checkbox"][name="row"]')];
  let last = null; // the box that was ticked last: a range begins there
  let shift = false;

  const tell = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    for (const place of document.querySelectorAll("[data-ticked]")) {
      place.textContent = ticked ? `${ticked} row${ticked === 1 ? "" : "s"} ticked` : "No row ticked";
    }
    const every = document.querySelector("[data-tick-all]");
    if (every) {
      every.checked = ticked > 0 && ticked === boxes().length;
      every.indeterminate = ticked > 0 && !every.checked;
    }
  };

  const tickRange = (box) => {
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    if (from < 0) return;
    for (const each of all.slice(from, to + 1)) each.checked = box.checked;
  };

  for (const name of ["keydown", "keyup", "click"]) {
    document.addEventListener(name, (event) => { shift = event.shiftKey; }, true);
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all]")) {
      for (const box of boxes()) box.checked = event.target.checked;
    } else if (event.target.matches('#list input[name="row"]')) {
      if (shift && last && last !== event.target) tickRange(event.target);
      last = event.target;
    } else return;
    tell();
  });

  // j and k, or the arrows, from one row to the next; only while the focus is in the list.
  const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
  const stops = () => [...document.querySelectorAll("[data-stop]")]
    .map((row) => row.querySelector("[data-first]") || row.querySelector("a, button, input:not([type=hidden]), select")).filter(Boolean);

  document.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS) || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target.closest("[data-stop]");
    const fromSearch = event.key === "ArrowDown" && event.target.matches(".toolbar input[type=search]");
    if (!fromSearch && (!row || event.target.matches("select, textarea, input:not([type=checkbox])"))) return;
    const all = stops();
    const here = row ? all.findIndex((stop) => row.contains(stop)) : -1;
    const next = all[here + STEPS[event.key]];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });

  // A list that is swapped keeps the focus, says how many rows it has, and brings its filters into line.
  let inList = false;
  const isList = (event) => event.detail.target && event.detail.target.id === "list";

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (isList(event)) inList = event.detail.target.contains(document.activeElement);
  });

  const followAddress = (form) => {
    const query = new URLSearchParams(location.search);
    const fields = [...form.elements].filter((field) => field.name);
    for (const field of fields) {
      if (field === document.activeElement) continue;
      if (field.type !== "hidden") field.value = query.get(field.name) || "";
      else if (query.has(field.name)) field.value = query.get(field.name);
    }
    for (const [name, value] of query) {
      if (name === "page" || fields.some((field) => field.name === name)) continue;
      const kept = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      form.prepend(kept);
    }
  };

  const say = (text) => {
    let place = document.getElementById("list-said");
    if (!place) {
      place = Object.assign(document.createElement("p"), { id: "list-said", className: "visually-hidden" });
      place.setAttribute("role", "status");
      document.getElementById("main").append(place);
    }
    place.textContent = text;
  };

  document.addEventListener("htmx:afterSettle", (event) => {
    if (!isList(event)) return;
    for (const form of document.querySelectorAll("form.toolbar[hx-target='#list']")) followAddress(form);
    const count = document.getElementById("list-count");
    if (!count) return;
    if (inList && document.activeElement === document.body) count.focus();
    inList = false;
    say(count.textContent);
  });

  // The address says what was asked for, without empty answers; what is typed makes one step back, not ten.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.matches("form.toolbar")) return;
    const data = event.detail.formData;
    for (const name of [...data.keys()]) if (data.getAll(name).every((value) => value === "")) data.delete(name);
  });
  document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
    const cause = event.detail.requestConfig.triggeringEvent;
    if (cause && cause.type === "input") event.detail.history.type = "replace";
  });

  document.addEventListener("htmx:afterSwap", () => { last = null; tell(); });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", tell);
  else tell();
})();
