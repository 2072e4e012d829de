// The live list of API requests and their answers.

import { ask } from './api.js';
import { button, cell, choice, folded, labelled, node, row, table, toggle } from './dom.js';
import { say, time } from './words.js';

/** Maximum number of rows. */
const ROWS = 200;

const filter = { path: '', errcode: '', caller: '', unread: false };
const form = node('form', { class: 'filters', onsubmit: (event) => event.preventDefault() });
const list = node('div', { id: 'request-list' });
const count = node('p', { class: 'quiet' });
let body = node('tbody');
let callers = [];
/** The number of the latest request in the list. */
let latest = 0;
/** The number of filters that were set. A reply to an earlier filter is discarded. */
let edition = 0;
let paused = false;

export const requests = {
  id: 'requests',
  title: () => say('requests'),
  build: async (panel) => {
    const { apps } = await ask('settings');
    callers = ['contacts', ...apps.map((app) => `app ${app.agent_id}`)];
    drawFilters();
    panel.replaceChildren(form, count, list);
    clear();
    await requests.refresh();
  },
  refresh: async () => {
    if (paused) return;
    const asked = edition;
    const query = new URLSearchParams({ limit: ROWS, after: latest });
    const path = filter.path.trim();
    // A text without `*` finds all paths that begin with it.
    if (path !== '') query.set('path', path.endsWith('*') ? path : `${path}*`);
    if (filter.errcode.trim() !== '') query.set('errcode', filter.errcode.trim());
    if (filter.caller !== '') query.set('caller', filter.caller);
    if (filter.unread) query.set('has_unread', 'true');
    const { requests: found } = await ask(`requests?${query}`);
    if (asked !== edition) return;
    for (const one of found) {
      body.prepend(drawn(one));
      latest = Math.max(latest, one.number);
    }
    while (body.childElementCount > ROWS) body.lastElementChild.remove();
    count.textContent = say('requests-count', { shown: body.childElementCount, limit: ROWS });
  },
};

const headings = () => ['#', say('time'), say('caller'), say('call'), 'errcode', say('remarks'), say('content')];

const clear = () => {
  edition += 1;
  latest = 0;
  const made = table(headings(), []);
  body = made.tBodies[0];
  list.replaceChildren(made);
};

const drawFilters = () => {
  const set = (name) => (event) => {
    filter[name] = event.target.type === 'checkbox' ? event.target.checked : event.target.value;
    clear();
    requests.refresh();
  };
  const text = (name, attributes) => {
    const input = node('input', { oninput: set(name), autocomplete: 'off', ...attributes });
    input.value = filter[name];
    return input;
  };
  const pause = button(paused ? say('continue') : say('pause'), () => {
    paused = !paused;
    pause.textContent = paused ? say('continue') : say('pause');
  }, { id: 'requests-pause' });
  form.replaceChildren(
    labelled(say('path'), text('path', { id: 'requests-path', placeholder: 'user/' })),
    labelled('errcode', text('errcode', { id: 'requests-errcode', inputmode: 'numeric', size: 8 })),
    labelled(say('caller'), choice([['', say('any')], ...callers.map((name) => [name, name])], { onchange: set('caller') }, filter.caller)),
    toggle(say('only-unread'), filter.unread, () => {}, { onchange: set('unread') }),
    pause,
    button(say('clear-list'), () => { body.replaceChildren(); }),
  );
};

const drawn = (one) => {
  const [, at, caller, call, errcode, remarks, content] = headings();
  const query = one.query.map(([key, value]) => `${key}=${value}`).join('&');
  const remark = [
    ...one.faults.map((fault) => JSON.stringify(fault)),
    one.executed ? '' : say('not-executed'),
    one.unread.length === 0 ? '' : say('unread', { fields: one.unread.join(', ') }),
  ].filter((text) => text !== '').join(' · ');
  const answer = one.errcode === null ? '' : String(one.errcode);
  return row([
    cell('#', one.number, 'code'),
    cell(at, time(one.at)),
    cell(caller, one.caller ?? ''),
    cell(call, [node('strong', {}, `${one.method} ${one.path}`), query === '' ? null : ` ${query}`], 'code'),
    cell(errcode, answer, one.errcode === 0 ? 'code good' : 'code bad'),
    cell(remarks, remark),
    cell(content, [
      one.body === null ? null : folded(say('request-body'), node('pre', {}, pretty(one.body))),
      one.reply === null ? null : folded(say('reply'), node('pre', {}, pretty(one.reply))),
    ]),
  ], { 'data-path': one.path });
};

const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};
