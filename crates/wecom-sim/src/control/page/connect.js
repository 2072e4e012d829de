// What a client needs to connect: the address, the ids, the secrets, and code for each library.

import { ask, note } from './api.js';
import { button, choice, copy, copyable, facts, labelled, node } from './dom.js';
import { SNIPPETS } from './snippets.js';
import { say } from './words.js';

const chosen = { library: 'curl', credential: 'contacts' };

export const connect = {
  id: 'connect',
  title: () => say('connect'),
  build: async (panel) => {
    const secrets = await ask('secrets');
    const copied = () => note(say('copied'));
    const value = (text) => copyable(text, say('copy'), copied);
    const pairs = [
      [say('base-url'), value(location.origin)],
      [say('corp-id'), value(secrets.corp_id)],
      [say('contacts-secret'), value(secrets.contacts_secret)],
      ...secrets.apps.flatMap((app) => [
        [say('agent-id', { name: app.name }), value(String(app.agent_id))],
        [say('app-secret', { id: app.agent_id }), value(app.secret)],
      ]),
      ...secrets.callbacks.flatMap((one) => [
        [say('callback-url', { to: one.to }), value(one.url)],
        ['Token', value(one.token)],
        ['EncodingAESKey', value(one.encodingaeskey)],
      ]),
    ];
    const credentials = new Map([
      ['contacts', { secret: secrets.contacts_secret, agentId: secrets.apps[0]?.agent_id ?? 0, isContacts: true }],
      ...secrets.apps.map((app) => [`app ${app.agent_id}`, { secret: app.secret, agentId: app.agent_id, isContacts: false }]),
    ]);
    if (!credentials.has(chosen.credential)) chosen.credential = 'contacts';
    const code = node('pre', { id: 'snippet', tabindex: 0, 'aria-label': say('code') });
    const remark = node('p', { class: 'quiet' });
    const show = () => {
      const snippet = SNIPPETS.find((one) => one.id === chosen.library);
      code.textContent = snippet.code({ url: location.origin, corpId: secrets.corp_id, ...credentials.get(chosen.credential) });
      remark.textContent = say(`override-${snippet.override}`);
    };
    const set = (name) => (event) => {
      chosen[name] = event.target.value;
      show();
    };
    panel.replaceChildren(
      facts(pairs),
      secrets.callbacks.length === 0 ? node('p', { class: 'quiet' }, say('no-targets')) : '',
      node('h2', {}, say('code')),
      node('form', { class: 'filters', onsubmit: (event) => event.preventDefault() },
        labelled(say('library'), choice(SNIPPETS.map((one) => [one.id, one.title]), { id: 'library', onchange: set('library') }, chosen.library)),
        labelled(say('secret'), choice([...credentials.keys()].map((name) => [name, name === 'contacts' ? say('contacts-secret') : name]), { id: 'credential', onchange: set('credential') }, chosen.credential)),
        button(say('copy'), async () => { await copy(code.textContent, code); copied(); }, { id: 'copy-snippet', class: 'main' })),
      code, remark);
    show();
  },
  refresh: async () => {},
};
