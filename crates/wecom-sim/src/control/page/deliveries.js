// The callbacks, their attempts, and sending them again.

import { ask, attempt, post } from './api.js';
import { button, cell, folded, node, row, table } from './dom.js';
import { say, time } from './words.js';

/** Maximum number of rows. */
const ROWS = 100;

const targets = node('div');
const list = node('div', { id: 'delivery-list' });
let body = node('tbody');
/** The JSON of each row, so that a row is drawn again only after a change and an open row stays open. */
let drawn = new Map();

export const deliveries = {
  id: 'deliveries',
  title: () => say('deliveries'),
  build: async (panel) => {
    const made = table(headings(), []);
    body = made.tBodies[0];
    drawn = new Map();
    list.replaceChildren(made);
    panel.replaceChildren(targets, list);
    await deliveries.refresh();
  },
  refresh: async () => {
    const { deliveries: found } = await ask(`deliveries?limit=${ROWS}`);
    const { callbacks } = await ask('state?digest=false');
    const lines = callbacks.map((one) => node('li', {}, `${one.to}: `, node('code', {}, one.url)));
    targets.replaceChildren(lines.length === 0 ? node('p', { class: 'quiet' }, say('no-targets')) : node('ul', {}, lines));
    const kept = new Map();
    for (const one of found) {
      const json = JSON.stringify(one);
      const old = drawn.get(one.id);
      kept.set(one.id, old?.json === json ? old : { json, row: line(one) });
      if (old?.json === json) continue;
      if (old) old.row.replaceWith(kept.get(one.id).row);
      else body.prepend(kept.get(one.id).row);
    }
    for (const [id, old] of drawn) if (!kept.has(id)) old.row.remove();
    drawn = kept;
  },
};

const headings = () => ['#', say('time'), say('target'), say('event'), say('state'), say('attempts'), ''];

const STATES = () => ({
  queued: say('state-queued'),
  in_flight: say('state-in-flight'),
  waiting: say('state-waiting'),
  held_back: say('state-held-back'),
  delivered: say('state-delivered'),
  given_up: say('state-given-up'),
  dropped: say('state-dropped'),
});

const line = (one) => {
  const [, at, to, event, state, attempts] = headings();
  const kind = one.state === 'delivered' ? 'good' : ['given_up', 'dropped'].includes(one.state) ? 'bad' : '';
  const faults = one.faults.map((fault) => JSON.stringify(fault)).join(' ');
  const send = (how, text) => button(text, () => attempt(() => post(`deliveries/${one.id}/${how}`), say('done')), { 'data-send': `${one.id}/${how}` });
  const attemptText = (it) => [
    time(it.at),
    it.sent === 'genuine' ? '' : it.sent,
    it.status ?? '',
    it.error ?? '',
    it.answer ? JSON.stringify(it.answer) : '',
    it.hint ?? '',
  ].filter((text) => text !== '').join(' · ');
  const last = one.attempts.at(-1);
  return row([
    cell('#', one.id, 'code'),
    cell(at, time(one.created_at)),
    cell(to, one.to),
    cell(event, folded(one.event, node('pre', {}, one.xml))),
    cell(state, [STATES()[one.state] ?? one.state, faults === '' ? '' : ` · ${faults}`], kind),
    cell(attempts, one.attempts.length === 0 ? '' : folded(`${one.attempts.length} × ${last.status ?? last.error ?? ''}`, node('ol', {}, one.attempts.map((it) => node('li', {}, attemptText(it)))))),
    cell('', [send('redeliver', say('redeliver')), ' ', send('replay', say('replay'))]),
  ], { 'data-event': one.event });
};
