// The actions of the administrator's console, as forms.

import { attempt, note, post } from './api.js';
import { choice, labelled, node } from './dom.js';
import { say } from './words.js';

/** The fields of a form: name, kind, and whether the action needs it. */
const text = (name, isNeeded = false) => ({ name, kind: 'text', isNeeded });
const number = (name, isNeeded = false) => ({ name, kind: 'number', isNeeded });
const numbers = (name) => ({ name, kind: 'numbers', isNeeded: false });
const texts = (name) => ({ name, kind: 'texts', isNeeded: false });
const flag = (name) => ({ name, kind: 'flag', isNeeded: false });
const one = (name, values) => ({ name, kind: 'one', values, isNeeded: true });

const MEMBER = [
  text('mobile'), text('email'), numbers('department'), numbers('is_leader_in_dept'), number('main_department'), texts('direct_leader'),
  text('position'), text('alias'), text('gender'), text('telephone'), text('address'), number('enable'),
];

/** The forms by group: the action, and its fields with the names of the API. */
const GROUPS = () => [
  [say('members'), [
    ['create_member', [text('name', true), text('userid'), ...MEMBER, flag('activated')]],
    ['update_member', [text('userid', true), text('name'), text('new_userid'), ...MEMBER]],
    ['member_edits_profile', [text('userid', true), text('name'), text('mobile'), text('email'), text('alias'), text('position')]],
    ['activate_member', [text('userid', true)]],
    ['member_quits', [text('userid', true)]],
    ['delete_member', [text('userid', true)]],
  ]],
  [say('departments'), [
    ['create_department', [text('name', true), number('parentid', true), number('id'), text('name_en'), number('order')]],
    ['update_department', [number('id', true), text('name'), number('parentid'), text('name_en'), number('order')]],
    ['delete_department', [number('id', true)]],
  ]],
  [say('tags'), [
    ['create_tag', [text('tagname', true), number('tagid')]],
    ['rename_tag', [number('tagid', true), text('tagname', true)]],
    ['add_tag_members', [number('tagid', true), texts('userlist'), numbers('partylist')]],
    ['remove_tag_members', [number('tagid', true), texts('userlist'), numbers('partylist')]],
    ['delete_tag', [number('tagid', true)]],
  ]],
  [say('settings'), [
    ['set_callback', [text('url', true), text('token', true), text('encodingaeskey', true), number('agentid')]],
    ['remove_callback', [number('agentid')]],
    ['set_permission', [one('permission', ['edit', 'read', 'off'])]],
    ['set_trusted_ips', [texts('ips'), number('agentid')]],
    ['set_app_range', [number('agentid'), numbers('departments'), texts('members'), numbers('tags')]],
  ]],
];

/** Fields that an action needs even when they are empty. */
const KEPT = { set_trusted_ips: { ips: [] } };

let chosen = 'create_member';
const form = node('form', { class: 'fields', id: 'console-form' });
const result = node('pre', { id: 'console-result', hidden: true });

export const consoleForms = {
  id: 'console',
  title: () => say('console'),
  build: (panel) => {
    const select = node('select', { id: 'console-action', onchange: (event) => { chosen = event.target.value; draw(); } },
      GROUPS().map(([group, actions]) => node('optgroup', { label: group }, actions.map(([action]) => node('option', { value: action }, say(`console-${action}`))))));
    select.value = chosen;
    panel.replaceChildren(node('p', { class: 'quiet' }, say('console-meaning')), labelled(`${say('action')} `, select), form, result);
    draw();
  },
  refresh: async () => {},
};

const input = ({ name, kind, values, isNeeded }) => {
  if (kind === 'one') return choice(values.map((value) => [value, value]), { name });
  if (kind === 'flag') return node('input', { type: 'checkbox', name });
  const hints = { numbers: '2, 3', texts: 'lisi, wangwu' };
  return node('input', { name, required: isNeeded, type: kind === 'number' ? 'number' : 'text', placeholder: name === 'is_leader_in_dept' ? '1, 0' : hints[kind], autocomplete: 'off' });
};

const draw = () => {
  const [, fields] = GROUPS().flatMap(([, actions]) => actions).find(([action]) => action === chosen);
  result.hidden = true;
  form.replaceChildren(
    ...fields.map((field) => labelled(node('span', {}, node('code', {}, field.name), field.isNeeded ? ' *' : null), input(field))),
    node('p', { class: 'buttons' }, node('button', { class: 'main', id: 'console-send' }, say(`console-${chosen}`))));
  form.onsubmit = (event) => {
    event.preventDefault();
    send(fields);
  };
};

const split = (value) => value.split(/[,，、;\s]+/u).filter((part) => part !== '');

const read = (control, kind) => {
  if (kind === 'flag') return control.checked ? true : undefined;
  const value = control.value.trim();
  if (value === '') return undefined;
  if (kind === 'number') return Number(value);
  if (kind === 'numbers') return split(value).map(Number);
  return kind === 'texts' ? split(value) : value;
};

const send = async (fields) => {
  const body = { ...KEPT[chosen] };
  for (const { name, kind } of fields) {
    const value = read(form.elements.namedItem(name), kind);
    if (value !== undefined) body[name] = value;
  }
  let reply = null;
  const isDone = await attempt(async () => { reply = await post(`console/${chosen}`, body); });
  result.hidden = !isDone;
  if (!isDone) return;
  result.textContent = JSON.stringify(reply, null, 2);
  form.reset();
  note(say('done'));
};
