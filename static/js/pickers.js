// Pickers: by keyboard from the search into what it found; and a dialog that no slip of a key loses.
// Without it the search still finds, and every choice still saves.
(() => {
  const radios = (from) => [...from.querySelectorAll("input[type=radio]")];
  const take = (radio) => {
    radio.focus();
    if (!radio.checked) radio.click();
  };

  const searchOf = (pick) => [...document.querySelectorAll("[data-picks]")]
    .find((search) => pick.closest(search.dataset.picks));

  let typed = null; // the search whose answer has not come yet
  let awaited = ""; // where a key leads to, while that is still on its way
  const PATIENCE = 800; // ms: where nothing comes, what is there must do

  document.addEventListener("input", (event) => { if (event.target.matches("[data-picks]")) typed = event.target; });

  const wait = (where) => {
    awaited = where;
    setTimeout(() => { if (awaited === where) follow(where); }, PATIENCE);
  };

  // To the chosen or first answer of a picker, or to the button that saves.
  const follow = (where) => {
    const next = document.querySelector(where);
    awaited = "";
    if (!next) return;
    if (next.matches("button")) next.form.requestSubmit(next);
    else {
      const choices = radios(next);
      const there = choices.find((choice) => choice.checked) || choices[0];
      if (there) take(there);
    }
  };

  document.addEventListener("htmx:afterSettle", (event) => {
    const came = `#${event.detail.target.id}`;
    if (typed && typed.dataset.picks === came) typed = null;
    if (awaited === came) follow(came);
  });

  // A choice that was made while the search was on its way stands.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (!requestConfig.elt.matches("[data-picks]")) return;
    const asked = requestConfig.formData;
    if (radios(target).every((radio) => !radio.checked || asked.get(radio.name) === radio.value)) return;
    event.detail.shouldSwap = false;
    typed = null;
  });

  const fromSearch = (event) => {
    const place = event.target.dataset.picks;
    event.preventDefault();
    if (typed === event.target) wait(place);
    else follow(place);
  };

  const fromChoice = (event, pick) => {
    if (event.key === "ArrowUp" && radios(pick)[0] === event.target) {
      const search = searchOf(pick);
      if (!search) return;
      event.preventDefault();
      search.focus();
    } else if (event.key === "Enter" && pick.dataset.then) {
      event.preventDefault();
      if (!event.target.checked) event.target.click();
      else if (event.target.classList.contains("htmx-request")) wait(pick.dataset.then);
      else follow(pick.dataset.then);
    }
  };

  document.addEventListener("keydown", (event) => {
    awaited = "";
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches("[data-picks]")) {
      if (["ArrowDown", "Enter"].includes(event.key)) fromSearch(event);
      return;
    }
    const pick = event.target.matches("input[type=radio]") && event.target.closest(".pick");
    if (pick) fromChoice(event, pick);
  });

  // What a dialog holds is asked for before it is lost.
  const NOT_EDITS = ["q", "touched", "csrfmiddlewaretoken"];
  const held = (form) => JSON.stringify([...new FormData(form)].filter(([name]) => !NOT_EDITS.includes(name)));
  let opened = null; // what the form held when it was shown

  const edited = (dialog) => {
    const form = dialog && dialog.open && dialog.querySelector("form[data-asks]");
    return form && (form.hasAttribute("data-edited") || held(form) !== opened);
  };

  const ask = (dialog) => {
    const question = dialog.querySelector("[data-question]");
    question.hidden = !question.hidden;
    const next = question.hidden ? dialog.querySelector("[autofocus]") : question.querySelector("[data-keep]");
    if (next) next.focus();
  };

  document.addEventListener("keydown", (event) => {
    const dialog = document.querySelector("dialog[open]");
    if (event.key !== "Escape" || !edited(dialog)) return;
    event.preventDefault();
    event.stopPropagation();
    ask(dialog);
  }, true);

  document.addEventListener("cancel", (event) => {
    if (!edited(event.target)) return;
    event.preventDefault();
    ask(event.target);
  }, true);

  document.addEventListener("click", (event) => {
    const leaver = event.target.closest("[data-leave-dialog], [data-keep]");
    const dialog = leaver && leaver.closest("dialog");
    if (!dialog) return;
    if (leaver.matches("[data-keep]") || edited(dialog)) ask(dialog);
    else dialog.close();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "dialog") return;
    const form = event.detail.target.querySelector("form[data-asks]");
    opened = form ? held(form) : null;
  });
})();
