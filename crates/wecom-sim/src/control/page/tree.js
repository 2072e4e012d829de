// The department tree with head counts, and the tags.

import { corp, countHeads, onContacts } from './contacts.js';
import { button, cell, node, row, table } from './dom.js';
import { filter } from './people.js';
import { say } from './words.js';

/** Levels that are open at first. */
const OPEN = 3;

const departments = node('div');
const tags = node('div');
/** Departments that the user has opened or closed. */
const opened = new Map();
let show = () => {};

export const tree = {
  id: 'tree',
  title: () => say('tree'),
  build: (panel, open) => {
    show = open;
    panel.replaceChildren(node('div', { class: 'columns' }, departments, tags));
    draw();
  },
  refresh: async () => {},
};

onContacts(() => {
  countHeads();
  draw();
});

const showPeople = (change) => () => {
  Object.assign(filter, { text: '', department: '', tag: '', status: '' }, change);
  show('people');
};

const draw = () => {
  const roots = [...corp.departments.values()].filter((one) => !corp.departments.has(one.parentid));
  departments.replaceChildren(node('h2', {}, say('departments')), node('ul', { class: 'tree', id: 'department-tree' }, roots.map((one) => branch(one, 1))));
  const headings = [say('tag'), say('tagid'), say('members'), say('departments')];
  const rows = corp.tags.map((tag) => row([
    cell('', button(tag.tagname, showPeople({ tag: String(tag.tagid) }), { class: 'plain' })),
    cell(headings[1], tag.tagid, 'code'),
    cell(headings[2], tag.userlist.length),
    cell(headings[3], tag.partylist.map((id) => corp.departments.get(id)?.name ?? id).join(', ')),
  ]));
  tags.replaceChildren(node('h2', {}, say('tags')), rows.length === 0 ? node('p', { class: 'quiet' }, say('no-tags')) : table(headings, rows));
};

const branch = (one, level) => {
  const line = [
    button(one.name, showPeople({ department: String(one.id) }), { class: 'plain', title: say('show-people') }),
    node('span', { class: 'quiet' }, ` ${one.id} · ${one.direct === one.all ? one.all : say('heads', { direct: one.direct, all: one.all })}`),
  ];
  if (one.children.length === 0) return node('li', { 'data-department': one.id }, line);
  const below = node('ul');
  // The branches of a closed department are made when it is opened, because a corp can have 30,000 departments.
  const fill = () => { if (below.childElementCount === 0) below.append(...one.children.map((child) => branch(child, level + 1))); };
  const details = node('details', {}, node('summary', {}, line), below);
  details.addEventListener('toggle', () => {
    opened.set(one.id, details.open);
    if (details.open) fill();
  });
  if (opened.get(one.id) ?? level < OPEN) {
    fill();
    details.open = true;
  }
  return node('li', { 'data-department': one.id }, details);
};
