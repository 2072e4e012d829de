import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ControlError } from 'wecom-sim';
import { useWecom } from 'wecom-sim/node-test';

const wecom = useWecom();

for (const round of [1, 2]) {
  test(`a change does not reach the next test (${round})`, async () => {
    assert.equal((await wecom.state()).members, 7);
    assert.deepEqual(await wecom.requests(), []);
    assert.deepEqual(await wecom.faults(), { calls: [], deliveries: [] });
    const { now, speed } = await wecom.clock();
    assert.ok(Math.abs(now - Date.now()) < 60_000);
    assert.equal(speed, 1);
    await wecom.seed(40);
    await wecom.advance(7200);
    await wecom.runClock(60);
    await wecom.fault('*', { errcode: -1 }, { next: 1 });
    await fetch(`${wecom.url}/cgi-bin/gettoken`);
  });
}

test('faults form a queue and count their hits', async () => {
  await wecom.fault('gettoken', { page: { status: 502 } }, { next: 1 });
  await wecom.fault('gettoken', { page: { status: 504 } }, { next: 1 });
  const url = `${wecom.url}/cgi-bin/gettoken?corpid=${wecom.corpId}&corpsecret=${wecom.appSecret}`;
  const statuses = [];
  for (let call = 0; call < 3; call += 1) statuses.push((await fetch(url)).status);
  assert.deepEqual(statuses, [502, 504, 200]);
  assert.deepEqual((await wecom.faults()).calls.map((rule) => rule.hits), [1, 1]);
  const requests = await wecom.requests('gettoken', { limit: 2 });
  assert.deepEqual(requests.map((request) => request.errcode), [null, 0]);
});

test('a refusal has the errcode', async () => {
  await assert.rejects(wecom.console.deleteMember('ghost'), (error) => {
    assert.ok(error instanceof ControlError);
    assert.equal(error.errcode, 60111);
    assert.equal(error.status, 422);
    return true;
  });
});

test('the dump has what no credential sees', async () => {
  await wecom.console.createMember({ name: '钱一', userid: 'qianyi', mobile: '13800000201' });
  const corp = await wecom.corp();
  assert.equal(corp.members.at(-1)?.mobile, '13800000201');
  assert.equal(corp.digest, (await wecom.state()).digest);
});

test('the clock moves forward', async () => {
  const before = (await wecom.state()).now;
  const after = await wecom.advance(5400);
  assert.ok(after.getTime() - before >= 5_400_000);
});

describe('with a frozen clock', () => {
  const frozen = useWecom({ arguments: ['--now', '2026-01-05T09:00:00+08:00', '--freeze'] });

  for (const round of [1, 2]) {
    test(`the clock is set back (${round})`, async () => {
      assert.deepEqual(await frozen.clock(), { now: 1767574800000, runs: false, speed: 0 });
      await frozen.advance(3600);
      await frozen.runClock();
    });
  }
});

describe('with other arguments', () => {
  const legacy = useWecom({ arguments: ['--legacy'] });

  test('a block has a simulator of its own', async () => {
    assert.notEqual(legacy.url, wecom.url);
    assert.ok((await legacy.state()).credentials.every((credential) => credential.legacy));
  });
});
