import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { describe } from 'vitest';
import { test as base } from 'wecom-sim/vitest';

import { callbackServer } from './callback.js';

const TOKEN = 'exampleToken';
const AES_KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';

/** `events` has what the program received. */
const test = base.extend<{ events: string[] }>({
  events: async ({ wecom }, use) => {
    const events: string[] = [];
    const credentials = { token: TOKEN, encodingAesKey: AES_KEY, corpId: wecom.corpId };
    const server = callbackServer(credentials, (change, userid) => events.push(`${change} ${userid}`));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wecom`;
    await wecom.console.setCallback({ url, token: TOKEN, encodingaeskey: AES_KEY });
    await use(events);
    server.closeAllConnections();
    server.close();
  },
});

describe('a change in the console', () => {
  test('arrives as an event', async ({ wecom, events, expect }) => {
    await wecom.console.createMember({ name: '钱一', userid: 'qianyi', department: [1] });
    await wecom.console.deleteMember('qianyi');
    await wecom.settled();
    expect(events).toEqual(['create_user qianyi', 'delete_user qianyi']);
  });

  test('is handled once, even if the event arrives three times', async ({ wecom, events, expect }) => {
    await wecom.deliveryFault('*', { duplicate: 2 });
    await wecom.console.deleteMember('lisi');
    await wecom.settled();
    expect(events).toEqual(['delete_user lisi']);
    expect((await wecom.deliveries())[0]?.attempts).toHaveLength(3);
  });

  test('is not lost if a forged event arrives before it', async ({ wecom, events, expect }) => {
    await wecom.deliveryFault('*', { wrong_signature: 1 }, { next: 1 });
    await wecom.deliveryFault('*', { wrong_receive_id: 1 }, { next: 1 });
    await wecom.console.deleteMember('lisi');
    await wecom.console.deleteMember('wujiu');
    await wecom.settled();
    await wecom.advance(10); // the time until the retry
    await wecom.settled();
    expect(events).toEqual(['delete_user lisi', 'delete_user wujiu']);
    const statuses = (await wecom.deliveries()).map((delivery) => delivery.attempts.map((attempt) => attempt.status));
    expect(statuses).toEqual([[400, 200], [400, 200]]);
  });
});

test('a receiver with another key is refused by the console', async ({ wecom, expect }) => {
  const server = callbackServer({ token: TOKEN, encodingAesKey: AES_KEY, corpId: 'another' }, () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wecom`;
  await expect(wecom.console.setCallback({ url, token: TOKEN, encodingaeskey: AES_KEY })).rejects.toThrow();
  server.close();
});
