"use strict";
// The tree follows the pattern "Tree View" of the ARIA authoring practices: one item can be reached by Tab, the arrows move.
(function () {
  const tree = document.querySelector("[role=tree]");
  if (!tree) return;
  const items = Array.from(tree.querySelectorAll("[role=treeitem]"));
  const label = (item) => item.querySelector(":scope > .label");
  const parent = (item) => item.parentElement.closest("[role=treeitem]");
  const isOpen = (item) => item.getAttribute("aria-expanded") === "true";
  const folds = (item) => item.hasAttribute("aria-expanded");
  const fold = (item, open) => { if (folds(item)) item.setAttribute("aria-expanded", String(open)); };

  const isVisible = (item) => {
    if (item.hidden) return false;
    for (let above = parent(item); above; above = parent(above)) {
      if (above.hidden || !isOpen(above)) return false;
    }
    return true;
  };

  let current = items[0];
  const focus = (item) => {
    if (!item) return;
    if (current) current.tabIndex = -1;
    current = item;
    current.tabIndex = 0;
    current.focus();
  };
  if (current) current.tabIndex = 0;

  tree.addEventListener("click", (event) => {
    const item = event.target.closest("[role=treeitem]");
    if (!item || event.target !== label(item)) return;
    fold(item, !isOpen(item));
    focus(item);
  });

  tree.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const visible = items.filter(isVisible);
    const at = visible.indexOf(current);
    switch (event.key) {
      case "ArrowDown": focus(visible[at + 1]); break;
      case "ArrowUp": focus(visible[at - 1]); break;
      case "Home": focus(visible[0]); break;
      case "End": focus(visible[visible.length - 1]); break;
      case "ArrowRight":
        if (folds(current) && !isOpen(current)) fold(current, true);
        else if (folds(current)) focus(visible[at + 1]);
        break;
      case "ArrowLeft":
        if (folds(current) && isOpen(current)) fold(current, false);
        else focus(parent(current));
        break;
      case "Enter":
      case " ": fold(current, !isOpen(current)); break;
      case "*": items.forEach((item) => fold(item, true)); break;
      default: return;
    }
    event.preventDefault();
  });

  const filter = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const apply = () => {
    const words = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const matches = new Set();
    let count = 0;
    for (const item of items) {
      const text = label(item).textContent.toLowerCase();
      if (!words.every((word) => text.includes(word))) continue;
      count += 1;
      matches.add(item);
      // The department of a match is shown, and so is everything in a department that matches.
      for (let above = parent(item); above; above = parent(above)) matches.add(above);
      if (words.length) item.querySelectorAll("[role=treeitem]").forEach((below) => matches.add(below));
    }
    for (const item of items) {
      item.hidden = !matches.has(item);
      if (words.length && matches.has(item)) fold(item, true);
    }
    shown.textContent = words.length ? count + shown.dataset.of + items.length : "";
    if (!current || !isVisible(current)) {
      if (current) current.tabIndex = -1;
      current = items.find(isVisible);
      if (current) current.tabIndex = 0;
    }
  };
  filter.addEventListener("input", apply);
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { filter.value = ""; apply(); }
    if (event.key === "ArrowDown" || event.key === "Enter") { focus(items.find(isVisible)); event.preventDefault(); }
  });
  document.getElementById("open").addEventListener("click", () => items.forEach((item) => fold(item, true)));
  document.getElementById("close").addEventListener("click", () => {
    items.forEach((item) => fold(item, false));
    if (current && !isVisible(current)) { current.tabIndex = -1; current = items.find(isVisible); current.tabIndex = 0; }
  });
}());
