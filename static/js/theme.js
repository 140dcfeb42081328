// Runs before the page is painted, so that a stored theme never flashes the other one.
(() => {
  const root = document.documentElement;
  root.dataset.script = "on";
  const stored = (name) => {
    try { return localStorage.getItem(name); } catch { return null; }
  };
  for (const name of ["theme", "density"]) {
    const value = stored(name);
    if (value) root.dataset[name] = value;
  }
})();
