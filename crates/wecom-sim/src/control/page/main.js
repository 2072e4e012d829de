// Connects the parts of the page: tabs, language, and the regular reading of the simulator.

import { ask, note } from './api.js';
import { clock, clockText } from './clock.js';
import { connect } from './connect.js';
import { consoleForms } from './console.js';
import { loadContacts } from './contacts.js';
import { deliveries } from './deliveries.js';
import { node } from './dom.js';
import { faults } from './faults.js';
import { people } from './people.js';
import { requests } from './requests.js';
import { tree } from './tree.js';
import { choose, language, say } from './words.js';

/** Milliseconds between two readings. A hidden page reads nothing. */
const PERIOD = 1000;

const PANELS = [people, tree, connect, requests, deliveries, faults, consoleForms, clock];

const find = (id) => document.getElementById(id);
const tabs = find('tabs');
const panels = new Map(PANELS.map((one) => [one.id, node('section', { role: 'tabpanel', id: `panel-${one.id}`, 'aria-labelledby': `tab-${one.id}`, tabindex: 0, hidden: true })]));
let active = PANELS.find((one) => `#${one.id}` === location.hash) ?? people;
/** The counts and the digest of the contacts that the page shows. */
let contacts = '';
let isUnreachable = false;

const open = async (id) => {
  active = PANELS.find((one) => one.id === id) ?? people;
  note('');
  history.replaceState(null, '', `#${active.id}`);
  for (const one of PANELS) {
    const isActive = one === active;
    panels.get(one.id).hidden = !isActive;
    const tab = find(`tab-${one.id}`);
    tab.setAttribute('aria-selected', String(isActive));
    tab.tabIndex = isActive ? 0 : -1;
  }
  const panel = panels.get(active.id);
  delete panel.dataset.built;
  await active.build(panel, open);
  panel.dataset.built = 'true';
};

const drawTabs = () => {
  tabs.replaceChildren(...PANELS.map((one) => node('button', { type: 'button', role: 'tab', id: `tab-${one.id}`, 'aria-controls': `panel-${one.id}`, onclick: () => open(one.id) }, one.title())));
};

tabs.addEventListener('keydown', (event) => {
  const all = [...tabs.children];
  const at = all.indexOf(document.activeElement);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  const tab = all[next % all.length];
  tab.focus();
  tab.click();
});

const translate = async () => {
  document.documentElement.lang = language() === 'zh' ? 'zh-CN' : 'en';
  tabs.setAttribute('aria-label', say('tabs'));
  find('language').textContent = say('other-language');
  drawTabs();
  await showState();
  await open(active.id);
};

find('language').addEventListener('click', () => {
  choose(language() === 'zh' ? 'en' : 'zh');
  translate();
});

const showState = async () => {
  const state = await ask('state');
  find('corp').textContent = `${state.corp_name} ${state.corp_id}`;
  find('summary').textContent = say('summary', { members: state.members, departments: state.departments, tags: state.tags });
  find('time').textContent = clockText(state.now, state.clock_runs, state.clock_speed);
  const seen = JSON.stringify([state.digest, state.members, state.departments, state.tags]);
  if (seen !== contacts) {
    await loadContacts();
    contacts = seen;
  }
};

const read = async () => {
  try {
    await showState();
    await active.refresh();
    if (isUnreachable) note('');
    isUnreachable = false;
  } catch (error) {
    isUnreachable = true;
    note(say('unreachable', { error: error.message }), true);
  }
};

const follow = async () => {
  if (!document.hidden) await read();
  setTimeout(follow, PERIOD);
};

find('panels').append(...panels.values());
await translate();
document.documentElement.dataset.ready = 'true';
setTimeout(follow, PERIOD);
