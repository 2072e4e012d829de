import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { useWecom } from 'wecom-sim/node-test';

import { Contacts, WeComError } from './contacts.js';

const wecom = useWecom();
let contacts;

beforeEach(() => {
  const sleep = (seconds) => wecom.advance(seconds);
  contacts = new Contacts({ url: wecom.url, corpId: wecom.corpId, secret: wecom.appSecret, sleep });
});

test('all members are loaded', async () => {
  await wecom.seed(300, { departments: 12 });
  await contacts.load();
  assert.equal(contacts.names.size, 300);
});

test('an app reads only its range', async () => {
  await wecom.console.createDepartment({ name: '质量部', id: 20 });
  await wecom.console.createMember({ name: '钱一', userid: 'qianyi', department: [20] });
  await wecom.console.setAppRange({ departments: [20] });
  await contacts.load();
  assert.deepEqual([...contacts.names], [['qianyi', '钱一']]);
});

test('a busy server is asked again', async () => {
  await wecom.fault('department/simplelist', { errcode: -1 }, { next: 2 });
  await contacts.load();
  const requests = await wecom.requests('department/simplelist');
  assert.deepEqual(requests.map((request) => request.errcode), [-1, -1, 0]);
});

test('another error is reported at once', async () => {
  await wecom.fault('department/simplelist', { errcode: 60011 });
  await assert.rejects(contacts.load(), (error) => error instanceof WeComError && error.errcode === 60011);
  assert.equal((await wecom.requests('department/simplelist')).length, 1);
});

test('an expired token is replaced', async () => {
  await contacts.load();
  await wecom.advance(7200);
  await contacts.load();
  assert.equal((await wecom.requests('gettoken')).length, 2);
});
