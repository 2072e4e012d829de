// The contacts of the corp, from the dump of the control surface.

/** Maximum number of members that the page loads. */
export const LIMIT = 20000;

export const corp = { members: [], departments: new Map(), tags: [], isCut: false };

const listeners = [];

/** Calls a function after each reading of the contacts. */
export const onContacts = (listener) => listeners.push(listener);

/** Reads the contacts. Of a larger corp only the first members are kept, and the rest of the dump is not received. */
export const loadContacts = async () => {
  const found = { members: [], departments: new Map(), tags: [], isCut: false };
  const reply = await fetch('corp');
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  while (!found.isCut) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) keep(found, JSON.parse(line));
  }
  if (found.isCut) await reader.cancel();
  Object.assign(corp, found);
  for (const listener of listeners) listener();
};

const keep = (found, { kind, ...one }) => {
  if (kind === 'department') found.departments.set(one.id, { ...one, children: [], direct: 0, all: 0 });
  else if (kind === 'tag') found.tags.push(one);
  else if (kind === 'member') {
    if (found.members.length < LIMIT) found.members.push(one);
    else found.isCut = true;
  }
};

/** Returns a department and all departments above it. */
const upward = (id) => {
  const path = [];
  for (let at = corp.departments.get(id); at && !path.includes(at); at = corp.departments.get(at.parentid)) path.push(at);
  return path;
};

/** Returns the path of a department from the root. */
export const pathOf = (id) => upward(id).reverse().map((one) => one.name).join(' / ') || String(id);

/** Connects the departments with their children and counts their members. A member of two departments counts once above both. */
export const countHeads = () => {
  for (const one of corp.departments.values()) Object.assign(one, { children: [], direct: 0, all: 0 });
  for (const one of corp.departments.values()) corp.departments.get(one.parentid)?.children.push(one);
  for (const one of corp.departments.values()) one.children.sort((a, b) => b.order - a.order || a.id - b.id);
  for (const member of corp.members) {
    const above = new Set(member.department.flatMap(upward));
    for (const one of above) one.all += 1;
    for (const id of member.department) if (corp.departments.has(id)) corp.departments.get(id).direct += 1;
  }
};

/** Returns the ids of a department and of all departments below it. */
export const subtree = (id) => {
  const found = new Set([id]);
  for (const one of found) for (const child of corp.departments.get(one)?.children ?? []) found.add(child.id);
  return found;
};

export const isInTag = (member, tag) => tag.userlist.includes(member.userid) || member.department.some((id) => tag.partylist.includes(id));
