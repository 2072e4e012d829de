// The list of members, its filters, and the details of one member.

import { attempt, post } from './api.js';
import { LIMIT, corp, isInTag, onContacts, pathOf, subtree } from './contacts.js';
import { button, cell, choice, facts, labelled, node, row, table } from './dom.js';
import { say, time } from './words.js';

/** Number of rows that are added at once. */
const ROWS = 100;

export const filter = { text: '', department: '', tag: '', status: '' };

const list = node('div', { id: 'people-list' });
const form = node('form', { class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault() });
let shown = ROWS;

const STATUSES = () => [['1', say('status-1')], ['2', say('status-2')], ['4', say('status-4')], ['5', say('status-5')]];

export const statusText = (status) => STATUSES().find(([value]) => value === String(status))?.[1] ?? String(status);

export const people = {
  id: 'people',
  title: () => say('people'),
  build: (panel) => {
    panel.replaceChildren(form, list);
    drawFilters();
    drawList();
  },
  refresh: async () => {},
};

onContacts(() => {
  if (!form.contains(document.activeElement)) drawFilters();
  drawList();
});

const set = (name) => (event) => {
  filter[name] = event.target.value;
  shown = ROWS;
  drawList();
};

const drawFilters = () => {
  const any = ['', say('any')];
  const departments = [...corp.departments.values()].map((one) => [one.id, pathOf(one.id)]);
  const tags = corp.tags.map((one) => [one.tagid, one.tagname]);
  const text = node('input', { type: 'search', id: 'people-search', placeholder: say('search-hint'), autocomplete: 'off', oninput: set('text') });
  text.value = filter.text;
  form.replaceChildren(
    labelled(say('search'), text),
    labelled(say('department'), choice([any, ...departments], { id: 'people-department', onchange: set('department') }, filter.department)),
    labelled(say('tag'), choice([any, ...tags], { id: 'people-tag', onchange: set('tag') }, filter.tag)),
    labelled(say('status'), choice([any, ...STATUSES()], { id: 'people-status', onchange: set('status') }, filter.status)),
  );
};

const SEARCHED = ['name', 'userid', 'alias', 'mobile', 'telephone', 'email', 'biz_mail', 'position'];

const selected = () => {
  const wanted = filter.text.trim().toLowerCase();
  const inside = filter.department === '' ? null : subtree(Number(filter.department));
  const tag = corp.tags.find((one) => String(one.tagid) === filter.tag);
  return corp.members.filter((member) =>
    (wanted === '' || SEARCHED.some((field) => member[field].toLowerCase().includes(wanted)))
    && (inside === null || member.department.some((id) => inside.has(id)))
    && (tag === undefined || isInTag(member, tag))
    && (filter.status === '' || String(member.status) === filter.status));
};

const drawList = () => {
  const found = selected();
  const headings = [say('name'), say('userid'), say('department'), say('position'), say('mobile'), say('status')];
  const rows = found.slice(0, shown).map((member) => row([
    cell('', button(member.name, () => showMember(member), { class: 'plain' })),
    cell(headings[1], member.userid, 'code'),
    cell(headings[2], member.department.map(pathOf).join(', ')),
    cell(headings[3], member.position),
    cell(headings[4], member.mobile, 'code'),
    cell(headings[5], statusText(member.status), member.status === 1 ? 'good' : 'quiet'),
  ], { 'data-userid': member.userid }));
  const more = button(say('more'), () => { shown += ROWS; drawList(); });
  more.hidden = found.length <= shown;
  list.replaceChildren(
    node('p', { class: 'quiet' }, say('people-count', { shown: Math.min(shown, found.length), found: found.length }), corp.isCut ? ` ${say('people-cut', { limit: LIMIT })}` : ''),
    table(headings, rows),
    more,
  );
};

/** The fields that the details show, by their names in the API. */
const PLAIN = ['alias', 'position', 'mobile', 'telephone', 'email', 'biz_mail', 'address', 'external_position', 'avatar', 'qr_code'];

const showMember = (member) => {
  const close = () => dialog.close();
  const department = (id, place) => `${pathOf(id)} (${id})${member.is_leader_in_dept[place] === 1 ? ` · ${say('leads')}` : ''}`;
  const gender = member.gender === '0' ? '' : member.gender === '1' ? say('male') : say('female');
  const attributes = member.extattr.attrs.map((one) => [one.name, one.text?.value ?? one.web?.url ?? JSON.stringify(one)]);
  const act = (action, success) => async () => {
    close();
    await attempt(() => post(`console/${action}`, { userid: member.userid }), success);
  };
  const dialog = node('dialog', { id: 'member', 'aria-labelledby': 'member-name' },
    node('h2', { id: 'member-name' }, member.name),
    facts([
      ['userid', member.userid],
      ['status', statusText(member.status)],
      ['department', member.department.map(department).join('; ')],
      ['direct_leader', member.direct_leader.join(', ')],
      ['gender', gender],
      ...PLAIN.map((field) => [field, member[field]]),
      ['biz_mail_alias', member.biz_mail_alias.item.join(', ')],
      [say('tags'), corp.tags.filter((tag) => isInTag(member, tag)).map((tag) => tag.tagname).join(', ')],
      ...attributes,
      ['created_at', time(member.created_at)],
    ]),
    node('p', { class: 'buttons' },
      button(say('close'), close, { autofocus: true }),
      member.status === 4 ? button(say('console-activate_member'), act('activate_member', say('done'))) : null,
      button(say('console-member_quits'), act('member_quits', say('done'))),
      button(say('console-delete_member'), () => { if (confirm(say('sure'))) act('delete_member', say('done'))(); })));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};
