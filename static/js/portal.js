// What the pages do beyond links, forms and htmx. Everything here is a comfort: without it the
// portal still reads and saves.
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  const remember = (name, value) => {
    try {
      if (value) localStorage.setItem(name, value);
      else localStorage.removeItem(name);
    } catch { /* private windows keep nothing */ }
  };

  const showChoice = (name) => {
    for (const button of all(`[data-${name}-choice]`)) {
      const chosen = button.dataset[`${name}Choice`] === (root.dataset[name] || "");
      button.setAttribute("aria-pressed", String(chosen));
    }
    for (const box of all(`[data-switch="${name}"]`)) box.checked = root.dataset[name] === box.value;
  };

  const choose = (name, value) => {
    if (value) root.dataset[name] = value;
    else delete root.dataset[name];
    remember(name, value);
    showChoice(name);
  };

  document.addEventListener("click", (event) => {
    for (const name of ["theme", "density"]) {
      const button = event.target.closest(`[data-${name}-choice]`);
      if (button) choose(name, button.dataset[`${name}Choice`]);
    }
    for (const menu of all("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const closer = event.target.closest("[data-close-dialog]");
    const dialog = closer && closer.closest("dialog");
    if (dialog) {
      event.preventDefault();
      dialog.close();
    }
    if (event.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("change", (event) => {
    const box = event.target.closest("[data-switch]");
    if (box) choose(box.dataset.switch, box.checked ? box.value : "");
  });

  const typing = (element) => element.closest("input, select, textarea, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    const box = document.getElementById("jump-query");
    const wantsSearch = (event.key === "/" && !typing(event.target)) || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey));
    if (box && wantsSearch) {
      event.preventDefault();
      box.focus();
      box.select();
    }
    const keys = document.getElementById("keys");
    if (keys && event.key === "?" && !typing(event.target) && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      keys.showModal();
    }
    if (event.key === "Escape") {
      for (const menu of all("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  // Fields that matter only for some answers: data-shown-if="name=value|value".
  const showDependents = (form) => {
    for (const part of all("[data-shown-if]", form)) {
      const [name, values] = part.dataset.shownIf.split("=");
      const answers = all(`[name="${name}"]`, form)
        .filter((field) => !["checkbox", "radio"].includes(field.type) || field.checked)
        .map((field) => field.value);
      part.hidden = !values.split("|").some((value) => answers.includes(value));
    }
  };

  const untouched = new WeakMap();
  const written = (form) => JSON.stringify([...new FormData(form)].filter(([, value]) => typeof value === "string"));

  const prepare = (from) => {
    for (const form of all("form[data-dependents]", from)) {
      showDependents(form);
      form.addEventListener("change", () => showDependents(form));
    }
    for (const form of all("form[data-guard]", from)) {
      untouched.set(form, written(form));
      form.addEventListener("submit", () => untouched.delete(form));
    }
  };

  window.addEventListener("beforeunload", (event) => {
    const changed = all("form[data-guard]").some((form) => untouched.has(form) && untouched.get(form) !== written(form));
    if (changed) event.preventDefault();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    showChoice("density");
    prepare(event.target);
    const dialog = event.target.closest("dialog");
    if (dialog && !dialog.open && dialog.innerHTML.trim()) {
      dialog.showModal();
      const first = dialog.querySelector("[autofocus]");
      if (first) first.focus();
    }
  });

  document.addEventListener("dialog-done", () => document.getElementById("dialog")?.close());

  // A change of state is said aloud; a refused request is not swallowed.
  document.addEventListener("htmx:responseError", (event) => tell(`The server answered ${event.detail.xhr.status}. Nothing was saved; reload the page and try again.`));
  document.addEventListener("htmx:sendError", () => tell("The server cannot be reached. Nothing was saved; check the connection and try again."));
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    tell("The passkey could not be used: the browser or the device refused, or nobody answered in time. Try again.");
  });
  const tell = (text) => {
    const place = document.getElementById("notices");
    if (!place) return;
    const note = document.createElement("p");
    note.className = "note error";
    note.setAttribute("role", "alert");
    note.append(document.createElement("span"), text);
    place.replaceChildren(note);
  };

  const start = () => {
    for (const name of ["theme", "density"]) showChoice(name);
    prepare(document);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
