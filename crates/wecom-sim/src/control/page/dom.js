// Builds elements. Texts of callers become text nodes and never markup.

/** Creates an element. `onclick` and the like become listeners; `true` is an attribute without a value. */
export const node = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined).map((child) => (child instanceof Node ? child : String(child))));
  return made;
};

export const button = (text, action, attributes = {}) => node('button', { type: 'button', onclick: action, ...attributes }, text);

/** Creates a table from headings and rows. On a phone each cell shows its heading. */
export const table = (headings, rows) =>
  node('table', {}, node('thead', {}, row(headings.map((text) => node('th', { scope: 'col' }, text)))), node('tbody', {}, rows));

export const row = (cells, attributes = {}) => node('tr', attributes, cells);

export const cell = (heading, content, kind = '') => node('td', { 'data-heading': heading, class: kind }, content);

/** Creates a list of names and values. Values without content are left out. */
export const facts = (pairs) =>
  node('dl', {}, pairs.filter(([, value]) => value !== '' && value !== null && value !== undefined).map(([name, value]) => [node('dt', {}, name), node('dd', {}, value)]));

export const folded = (title, ...content) => node('details', {}, node('summary', {}, title), ...content);

export const labelled = (text, control) => node('label', {}, text, control);

/** Creates a selection of `[value, text]` pairs. */
export const choice = (options, attributes = {}, selected = '') => {
  const made = node('select', attributes, options.map(([value, text]) => node('option', { value }, text)));
  made.value = String(selected);
  return made;
};

export const toggle = (text, checked, action, attributes = {}) => {
  const box = node('input', { type: 'checkbox', ...attributes });
  box.checked = checked;
  box.addEventListener('change', () => action(box.checked));
  return node('label', { class: 'switch' }, box, node('span', {}, text));
};

/** Returns text that appears together with a button that copies it. */
export const copyable = (text, caption, done) => {
  const shown = node('span', { class: 'code' }, text);
  return [shown, ' ', button(caption, async () => { await copy(text, shown); done(); }, { 'aria-label': `${caption}: ${text}` })];
};

/** Copies a text. Without the clipboard, which a plain HTTP address may lack, the visible text is selected and copied. */
export const copy = async (text, shown) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(shown);
    document.execCommand('copy');
  }
};
