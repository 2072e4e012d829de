// The virtual clock, the reset and the snapshots.

import { ask, attempt, post } from './api.js';
import { button, cell, labelled, node, row, table } from './dom.js';
import { say, time } from './words.js';

const now = node('p', { id: 'clock-now', 'aria-live': 'off' });
const snapshots = node('div');
let seen = '';

export const clock = {
  id: 'clock',
  title: () => say('clock'),
  build: (panel) => {
    const advance = (text, seconds) => button(text, () => attempt(() => post('clock/advance', { seconds }), say('done')), { 'data-advance': seconds });
    panel.replaceChildren(
      node('h2', {}, say('clock')), now,
      node('p', { class: 'buttons' },
        advance(say('plus-minute'), 60), advance(say('plus-hour'), 3600), advance(say('plus-two-hours'), 7200), advance(say('plus-day'), 86400),
        button(say('freeze'), () => attempt(() => post('clock/freeze'), say('done')), { id: 'freeze' })),
      form('clock-advance', say('seconds'), { type: 'number', min: 0, step: 'any', required: true }, say('advance'), (value) => post('clock/advance', { seconds: Number(value) })),
      form('clock-run', say('speed'), { type: 'number', min: 0, step: 'any', required: true, value: 1 }, say('let-run'), (value) => post('clock/run', { speed: Number(value) })),
      form('clock-set', say('set-time'), { type: 'datetime-local', step: 1, required: true }, say('set'), (value) => post('clock/set', { at: new Date(value).getTime() })),
      node('h2', {}, say('snapshots')), snapshots,
      form('snapshot-name', say('snapshot-name'), { pattern: '[a-z0-9\\-]{1,64}', required: true, placeholder: 'before' }, say('take'), (value) => post(`snapshots/${encodeURIComponent(value)}`)),
      node('h2', {}, say('reset')),
      node('p', {}, say('reset-meaning')),
      button(say('reset'), () => { if (confirm(say('sure'))) attempt(() => post('reset'), say('done')); }, { id: 'reset' }));
    seen = '';
    return clock.refresh();
  },
  refresh: async () => {
    const state = await ask('clock');
    now.textContent = clockText(state.now, state.runs, state.speed);
    const { snapshots: all } = await ask('snapshots');
    if (seen === JSON.stringify(all)) return;
    seen = JSON.stringify(all);
    const headings = [say('snapshot-name'), say('time'), say('members'), ''];
    snapshots.replaceChildren(all.length === 0 ? node('p', { class: 'quiet' }, say('no-snapshots')) : table(headings, all.map((one) => row([
      cell('', one.name, 'code'), cell(headings[1], time(one.now)), cell(headings[2], one.members),
      cell('', [button(say('restore'), () => attempt(() => post(`snapshots/${one.name}/restore`), say('done'))), ' ',
        button(say('remove'), () => attempt(() => ask(`snapshots/${one.name}`, 'DELETE'), say('done')))]),
    ]))));
  },
};

export const clockText = (at, runs, speed) => `${time(at)} · ${runs ? say('clock-runs', { speed }) : say('clock-stopped')}`;

const form = (id, caption, attributes, action, send) => {
  const input = node('input', { id, ...attributes });
  const submit = (event) => {
    event.preventDefault();
    attempt(() => send(input.value), say('done'));
  };
  return node('form', { class: 'filters', onsubmit: submit }, labelled(caption, input), node('button', {}, action));
};
