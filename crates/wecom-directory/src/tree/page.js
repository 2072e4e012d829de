// A tree by the ARIA pattern: one item is in the tab order, and the arrow keys move through those that are shown.
(function () {
  "use strict";
  const tree = document.querySelector("[role=tree]");
  const items = Array.from(tree.querySelectorAll("[role=treeitem]"));
  const search = document.getElementById("search");
  const status = document.getElementById("status");
  if (items.length === 0) return;
  let current = items[0];

  const isShown = (item) => item.offsetParent !== null;
  const isOpen = (item) => item.getAttribute("aria-expanded") === "true";
  const canFold = (item) => item.hasAttribute("aria-expanded");
  const parentOf = (item) => item.parentElement.closest("[role=treeitem]");
  const nameOf = (item) => item.querySelector(".name").textContent.toLowerCase();
  const fold = (item, open) => { if (canFold(item)) item.setAttribute("aria-expanded", String(open)); };

  function focus(item) {
    if (!item) return;
    current.tabIndex = -1;
    current = item;
    item.tabIndex = 0;
    item.focus();
  }

  function step(by) {
    const shown = items.filter(isShown);
    focus(shown[shown.indexOf(current) + by]);
  }

  let typed = "";
  let typedAt = 0;
  function jump(letter) {
    const now = Date.now();
    typed = now - typedAt > 700 ? letter : typed + letter;
    typedAt = now;
    const shown = items.filter(isShown);
    const from = shown.indexOf(current) + (typed.length === 1 ? 1 : 0);
    focus(shown.slice(from).concat(shown.slice(0, from)).find((item) => nameOf(item).startsWith(typed)));
  }

  tree.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const keys = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      ArrowRight: () => (canFold(current) && !isOpen(current) ? fold(current, true) : canFold(current) && step(1)),
      ArrowLeft: () => (isOpen(current) ? fold(current, false) : focus(parentOf(current))),
      Home: () => focus(items.find(isShown)),
      End: () => focus(items.filter(isShown).pop()),
      Enter: () => fold(current, !isOpen(current)),
      " ": () => fold(current, !isOpen(current)),
      "*": () => Array.from(current.parentElement.children).forEach((item) => fold(item, true)),
    };
    const action = keys[event.key] || (event.key.length === 1 && (() => jump(event.key.toLowerCase())));
    if (!action) return;
    event.preventDefault();
    action();
  });

  tree.addEventListener("click", (event) => {
    const item = event.target.closest("[role=treeitem]");
    if (!item) return;
    focus(item);
    fold(item, !isOpen(item));
  });

  function find() {
    const wanted = search.value.trim().toLowerCase();
    let found = 0;
    for (const item of items) {
      item.hidden = wanted !== "";
      item.classList.remove("found");
    }
    for (const item of wanted === "" ? [] : items) {
      const row = item.querySelector(".row").textContent.toLowerCase();
      if (!row.includes(wanted)) continue;
      found += 1;
      item.classList.add("found");
      item.hidden = false;
      for (let above = parentOf(item); above; above = parentOf(above)) {
        above.hidden = false;
        fold(above, true);
      }
    }
    status.textContent = wanted === "" ? "" : found + " / " + items.length;
    if (!isShown(current)) {
      current.tabIndex = -1;
      current = items.find(isShown) || current;
      current.tabIndex = 0;
    }
  }

  search.addEventListener("input", find);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      focus(items.find((item) => item.classList.contains("found")) || current);
    }
  });
  document.getElementById("open").addEventListener("click", () => items.forEach((item) => fold(item, true)));
  document.getElementById("close").addEventListener("click", () => items.forEach((item) => fold(item, !parentOf(item))));
})();
