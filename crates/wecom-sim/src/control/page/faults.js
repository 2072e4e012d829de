// Fault injection, rate limits and the switches of behaviour.

import { ask, attempt, put, post } from './api.js';
import { button, cell, choice, labelled, node, row, table, toggle } from './dom.js';
import { say } from './words.js';

/** Rules that one switch adds and removes: their kind, and their JSON as the simulator returns it. */
const PRESETS = () => [
  ['calls', say('fault-busy'), { path: '*', when: { every: 5 }, fault: { errcode: -1 } }],
  ['calls', say('fault-late'), { path: '*', when: { every: 1 }, fault: { latency: { ms: 500, at: 'before' } } }],
  ['calls', say('fault-reset'), { path: '*', when: { every: 10 }, fault: { reset: 'after' } }],
  ['calls', say('fault-page'), { path: '*', when: { every: 10, offset: 5 }, fault: { page: { status: 502, at: 'before' } } }],
  ['calls', say('fault-token'), { path: '*', when: { every: 20 }, fault: { kill_token: 42001 } }],
  ['calls', say('fault-cut'), { path: '*', when: { every: 15 }, fault: { truncate: { bytes: 20, chunked: false } } }],
  ['deliveries', say('fault-duplicate'), { event: '*', when: { every: 1 }, fault: { duplicate: 1 } }],
  ['deliveries', say('fault-drop'), { event: '*', when: { every: 3 }, fault: 'drop' }],
  ['deliveries', say('fault-delay'), { event: '*', when: { every: 1 }, fault: { delay: { seconds: 60 } } }],
  ['deliveries', say('fault-forged'), { event: '*', when: { every: 1 }, fault: { wrong_signature: 1 } }],
];

/** The limits of `txl sim --rates`, which WeCom has published. */
const PUBLISHED = { corp_per_minute: 10000, corp_per_hour: 150000, ip_per_minute: 20000, ip_per_hour: 600000, wrong_secrets_per_hour: 2000 };

const KINDS = ['calls', 'deliveries'];

const switches = node('ul', { class: 'switches', id: 'fault-switches' });
const rules = node('div', { id: 'fault-rules' });
const rates = node('form', { class: 'fields', id: 'rates' });
const behaviour = node('ul', { class: 'switches', id: 'behaviour' });
let state = { calls: [], deliveries: [] };
let seen = '';

export const faults = {
  id: 'faults',
  title: () => say('faults'),
  build: async (panel) => {
    panel.replaceChildren(
      node('h2', {}, say('faults')), node('p', { class: 'quiet' }, say('faults-meaning')), switches, rules, ownRule(),
      node('h2', {}, say('rates')), node('p', { class: 'quiet' }, say('rates-meaning')), rates,
      node('h2', {}, say('behaviour')), node('p', { class: 'quiet' }, say('behaviour-meaning')), behaviour);
    seen = '';
    await faults.refresh();
    drawRates(await ask('rates'));
    drawBehaviour(await ask('choices'));
  },
  refresh: async () => {
    state = await ask('faults');
    if (seen === JSON.stringify(state)) return;
    seen = JSON.stringify(state);
    drawRules();
  },
};

/** Returns a rule without its counters as JSON with sorted keys. */
const bare = ({ seen: _, hits: __, ...rule }) => JSON.stringify(rule, (___, value) =>
  (value === null || typeof value !== 'object' ? value : Object.fromEntries(Object.entries(value).sort())));

const place = (kind, rule) => state[kind].findIndex((one) => bare(one) === bare(rule));

/** Replaces all rules but one. The counters of the others restart, because the simulator replaces rules as a whole. */
const remove = (kind, at) => {
  const kept = Object.fromEntries(KINDS.map((name) => [name, state[name].filter((_, index) => name !== kind || index !== at).map(({ seen: _, hits: __, ...rule }) => rule)]));
  return put('faults', kept);
};

const change = (action) => attempt(async () => {
  await action();
  await faults.refresh();
}, say('done'));

const drawRules = () => {
  const focused = document.activeElement?.id;
  switches.replaceChildren(...PRESETS().map(([kind, text, rule], index) => {
    const at = place(kind, rule);
    return node('li', {}, toggle(text, at >= 0, (on) => change(() => (on ? post('faults', { [kind]: [rule] }) : remove(kind, place(kind, rule)))), { id: `fault-${index}` }));
  }));
  if (focused?.startsWith('fault-')) document.getElementById(focused)?.focus();
  const headings = [say('rule'), say('seen'), say('applied'), ''];
  const rows = KINDS.flatMap((kind) => state[kind].map((one, at) => {
    const { seen: met, hits, ...rule } = one;
    return row([
      cell('', JSON.stringify(rule), 'code'), cell(headings[1], met), cell(headings[2], hits, hits > 0 ? 'bad' : ''),
      cell('', button(say('remove'), () => change(() => remove(kind, at)))),
    ]);
  }));
  rules.replaceChildren(rows.length === 0 ? node('p', { class: 'quiet' }, say('no-faults')) : table(headings, rows));
};

const ownRule = () => {
  const path = node('input', { id: 'rule-path', value: 'user/get', required: true });
  const kind = choice([['calls', say('requests')], ['deliveries', say('deliveries')]], {}, 'calls');
  const when = choice([['next', say('when-next')], ['every', say('when-every')], ['', say('when-always')]], {}, 'next');
  const count = node('input', { type: 'number', min: 1, value: 1 });
  const fault = node('input', { class: 'code', value: '{"errcode":-1}', required: true });
  const submit = (event) => {
    event.preventDefault();
    change(() => {
      const rule = { when: when.value === '' ? { every: 1 } : { [when.value]: Number(count.value) }, fault: JSON.parse(fault.value) };
      return post('faults', { [kind.value]: [{ [kind.value === 'calls' ? 'path' : 'event']: path.value, ...rule }] });
    });
  };
  return node('form', { class: 'filters', onsubmit: submit },
    labelled(say('applies-to'), kind), labelled(say('path-or-event'), path), labelled(say('when'), when), labelled(say('number'), count),
    labelled(say('fault'), fault), node('button', { id: 'add-rule' }, say('add')),
    button(say('remove-all'), () => change(() => ask('faults', 'DELETE')), { id: 'remove-rules' }));
};

const drawRates = (limits) => {
  const inputs = Object.entries(limits).map(([name, limit]) => {
    const input = node('input', { type: 'number', min: 0, name, placeholder: say('no-limit') });
    input.value = limit ?? '';
    return input;
  });
  const send = (values) => attempt(async () => drawRates(await put('rates', values)), say('done'));
  rates.onsubmit = (event) => {
    event.preventDefault();
    send(Object.fromEntries(inputs.map((input) => [input.name, input.value === '' ? null : Number(input.value)])));
  };
  rates.replaceChildren(
    ...inputs.map((input) => labelled(node('code', {}, input.name), input)),
    node('p', { class: 'buttons' },
      node('button', { class: 'main' }, say('save')),
      button(say('published-limits'), () => send(PUBLISHED), { id: 'published-rates' }),
      button(say('no-limits'), () => send(Object.fromEntries(inputs.map((input) => [input.name, null]))), { id: 'no-rates' })));
};

const drawBehaviour = (choices) => {
  const flags = Object.entries(choices).filter(([, value]) => typeof value === 'boolean');
  behaviour.replaceChildren(...flags.map(([name, on]) => node('li', {}, toggle(node('code', {}, name), on, (value) => attempt(() => put('choices', { [name]: value }), say('done')), { id: `choice-${name}` }))));
};
