/** The client against the OpenAPI document of the simulator: every operation, and the fields of every object. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import { ControlError, type Simulator } from 'wecom-sim';
import type * as types from 'wecom-sim';
import { useWecom } from 'wecom-sim/node-test';

const wecom = useWecom();

interface Document {
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, { properties: Record<string, unknown> }> };
}

const document = (): Promise<Document> => wecom.transport.json('GET', '/_sim/openapi.json');

/** The operations without a method, and why. */
const LEFT_OUT = new Map([
  ['GET /_sim', 'a page for browsers'],
  ['GET /_sim/', 'a page for browsers'],
  ['GET /_sim/page/{name}', 'a file of the page'],
  ['GET /_sim/openapi.json', 'only this test reads it'],
  ['GET /_sim/secrets', 'the ready line has the same values'],
  ['POST /_sim/oauth/code', 'a shorter path for the console action'],
  ['POST /_sim/tfa/code', 'a shorter path for the console action'],
  ['POST /_sim/open_userid', 'a shorter path for the console action'],
]);

test('every operation of the simulator has a method', async (t) => {
  const { paths } = await document();
  const used = new Set<string>();
  const { transport } = wecom;
  const send = transport.send.bind(transport);
  t.mock.method(transport, 'send', async (...[method, path, parts]: Parameters<typeof send>) => {
    const text = await send(method, path, parts);
    used.add(`${method} ${path}`);
    return text;
  });

  await useTheCorp(wecom);
  await useTheClock(wecom);
  await useTheFaults(wecom);
  await useTheSettings(wecom);
  await useTheConsole(wecom);
  await useTheDeliveries(wecom);

  const offered = new Set(
    Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`)),
  );
  assert.deepEqual([...offered].filter((one) => !used.has(one) && !LEFT_OUT.has(one)), [], 'operations without a method');
  assert.deepEqual([...used].filter((one) => !offered.has(one)), [], 'methods without an operation');
  assert.deepEqual([...LEFT_OUT.keys()].filter((one) => !offered.has(one)), [], 'operations that no longer exist');
});

async function useTheCorp(sim: Simulator): Promise<void> {
  assert.ok((await sim.health()).version);
  assert.deepEqual(await sim.seed(40, { departments: 4, seed: 7, shape: 'flat' }), { members: 40, departments: 4, tags: 8 });
  const state = await sim.state({ digest: true });
  const corp = await sim.corp();
  assert.deepEqual([corp.members.length, corp.digest], [40, state.digest]);
  const file = await sim.corpFile();
  assert.equal((await sim.seedCorp({ members: [{ userid: 'qianyi', name: '钱一' }] })).members, 1);
  assert.equal((await sim.seedCorp(file)).members, 40);
  assert.equal((await sim.state()).digest, state.digest);
  assert.equal((await sim.snapshot('forty')).members, 40);
  await sim.reset();
  assert.equal((await sim.state()).members, 7);
  await sim.restore('forty');
  assert.equal((await sim.state()).digest, state.digest);
  await sim.deleteSnapshot('forty');
  assert.deepEqual(await sim.snapshots(), []);
  const other = await sim.addCorp('ww-other', { members: 9, shape: 'flat' });
  assert.deepEqual([other.url, other.corpId, (await other.state()).members], [sim.url, 'ww-other', 9]);
  assert.deepEqual((await sim.corps()).map((corp) => corp.members), [40, 9]);
  await sim.removeCorp('ww-other');
  await sim.reset();
  assert.equal((await sim.state()).members, 7);
  const filter = { limit: 1, caller: 'contacts', errcode: 0, executed: true };
  assert.deepEqual(await sim.requests('user/get', filter), []);
  assert.deepEqual(await sim.requests('*', { since: 0, after: 0, has_unread: true }), []);
  assert.deepEqual([await sim.countRequests(), await sim.countRequests('user/*', { executed: true })], [0, 0]);
  assert.deepEqual(await sim.writes('user/create', { limit: 1, after: 0, before: 9 }), { writes: [], matched: 0, dropped: 0 });
}

async function useTheClock(sim: Simulator): Promise<void> {
  const at = new Date('2026-01-05T09:00:00+08:00');
  assert.deepEqual(await sim.freeze('2026-01-05T09:00:00+08:00'), at);
  assert.deepEqual(await sim.freeze(at), at);
  assert.deepEqual(await sim.freeze(), at);
  assert.equal((await sim.advance(3600)).getTime(), at.getTime() + 3_600_000);
  assert.deepEqual(await sim.setClock(at), at);
  assert.deepEqual(await sim.clock(), { now: at.getTime(), runs: false, speed: 0 });
  assert.ok((await sim.runClock(60)) >= at);
  assert.equal((await sim.clock()).speed, 60);
  assert.equal((await sim.setJobs({ seconds: 3.5, fail_next: 1 })).fail_next, 1);
  assert.equal((await sim.jobs()).seconds, 3.5);
}

async function useTheFaults(sim: Simulator): Promise<void> {
  await sim.setFaults({ calls: [{ path: 'user/get', when: { next: 2 }, fault: { errcode: -1 } }] });
  await sim.fault('user/*', { latency: { ms: 1 } }, { every: 20, offset: 3 }, 'contacts');
  await sim.deliveryFault('change_contact/*', 'drop', { next: 1 }, 'contacts');
  const rules = await sim.faults();
  assert.deepEqual(rules.calls.map((rule) => rule.path), ['user/get', 'user/*']);
  assert.deepEqual(rules.calls[1]?.when, { every: 20, offset: 3 });
  assert.equal(rules.deliveries[0]?.target, 'contacts');
  assert.deepEqual(await sim.clearFaults(), { calls: [], deliveries: [] });
  await assert.rejects(sim.fault('user/got', { errcode: -1 }), (error) => {
    assert.ok(error instanceof ControlError);
    assert.deepEqual([error.status, error.errcode], [400, undefined]);
    return true;
  });
}

async function useTheSettings(sim: Simulator): Promise<void> {
  assert.equal((await sim.setRates({ corp_per_minute: 100 })).corp_per_minute, 100);
  assert.equal((await sim.rates()).ip_per_hour, null);
  assert.equal((await sim.setChoices({ drop_leaders: true }))['drop_leaders'], true);
  assert.equal((await sim.choices())['drop_leaders'], true);
  assert.equal((await sim.setSettings({ contacts: { may_edit: false } })).contacts.may_edit, false);
  assert.equal((await sim.settings()).apps[0]?.agent_id, sim.agentId);
}

async function useTheConsole({ console, corp }: Pick<Simulator, 'console' | 'corp'>): Promise<void> {
  const userid = await console.createMember({ name: '钱一', userid: 'qianyi', department: [1], mobile: '13800000201' });
  await console.updateMember({ userid, position: '主管' });
  await console.activateMember(userid);
  await console.memberEditsProfile({ userid, alias: '小钱' });
  const department = await console.createDepartment({ name: '质量部', name_en: 'Quality' });
  await console.updateDepartment({ id: department, name: '质量一部' });
  await console.deleteDepartment(department);
  const tag = await console.createTag('新人');
  await console.renameTag(tag, '新同事');
  const added = await console.addTagMembers(tag, { userlist: [userid, 'ghost'] });
  assert.deepEqual(added, { invalidlist: ['ghost'], invalidparty: [] });
  assert.deepEqual((await console.removeTagMembers(tag, { userlist: [userid], partylist: [99] })).invalidparty, [99]);
  await console.deleteTag(tag);
  await console.setPermission('edit');
  await console.setLegacy({ contacts: true, app: false });
  await console.setTrustedIps([]);
  await console.setAppRange({ departments: [1] });
  assert.ok(await console.oauthCode({ userid, private: true }));
  assert.ok(await console.tfaCode(userid));
  assert.ok(await console.openUserid(userid));
  const member = (await corp()).members.at(-1);
  assert.deepEqual([member?.position, member?.alias, member?.status], ['主管', '小钱', 1]);
  await console.memberQuits(userid);
  await console.deleteMember('wujiu');
}

async function useTheDeliveries(sim: Simulator): Promise<void> {
  const receiver = createServer((request, response) => request.resume().on('end', () => response.end()));
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  try {
    await sim.console.setCallback({ url, token: 'token', encodingaeskey: 'a'.repeat(43), verify: false });
    await sim.console.deleteMember('lisi');
    const delivery = await sim.console.event('change_contact', { ChangeType: 'delete_user', UserID: 'lisi' });
    await sim.settled();
    await sim.redeliver(delivery);
    await sim.settled();
    await sim.replay(delivery);
    await sim.settled();
    const [last] = await sim.deliveries('change_contact/delete_user', { limit: 1, before: 1000 });
    assert.deepEqual([last?.id, last?.state], [delivery, 'delivered']);
    assert.deepEqual(last?.attempts.map((attempt) => attempt.sent), ['genuine', 'genuine', 'replay']);
    await sim.console.removeCallback();
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
}

/** Lists the fields of a type. A missing or an additional name does not compile. */
function fields<T>() {
  return <const Names extends readonly (keyof T)[]>(
    ...names: Names & ([keyof T] extends [Names[number]] ? unknown : never)
  ): readonly (keyof T)[] => names;
}

const FIELDS = {
  Health: fields<types.Health>()('ok', 'version'),
  State: fields<types.State>()(
    'now', 'clock_runs', 'clock_speed', 'corp_id', 'corp_name', 'members', 'departments', 'tags', 'digest',
    'credentials', 'callbacks', 'deliveries', 'deliveries_open', 'other_corps',
  ),
  CredentialState: fields<types.CredentialState>()('name', 'enabled', 'permission', 'legacy', 'trusted_ips'),
  CallbackState: fields<types.CallbackState>()('to', 'url'),
  ClockState: fields<types.Clock>()('now', 'runs', 'speed'),
  JobControl: fields<types.JobControl>()('seconds', 'fail_next', 'fail_errcode'),
  CorpFile: fields<types.CorpFile>()('departments', 'members', 'tags'),
  FileDepartment: fields<types.FileDepartment>()('id', 'name', 'name_en', 'parentid', 'order'),
  FileMember: fields<types.FileMember>()(
    'userid', 'name', 'alias', 'mobile', 'email', 'biz_mail', 'biz_mail_alias', 'department', 'order',
    'is_leader_in_dept', 'main_department', 'direct_leader', 'position', 'gender', 'telephone', 'address', 'status',
    'enable', 'avatar', 'extattr', 'external_position', 'external_profile',
  ),
  FileTag: fields<types.FileTag>()('tagid', 'tagname', 'userlist', 'partylist'),
  SnapshotInfo: fields<types.Snapshot>()('name', 'now', 'members', 'bytes'),
  Request: fields<types.Request>()(
    'number', 'at', 'method', 'path', 'cut', 'query', 'body', 'errcode', 'reply', 'caller', 'executed', 'faults', 'unread',
  ),
  SelectedWrites: fields<types.WriteLog>()('writes', 'matched', 'dropped'),
  LoggedWrite: fields<types.Write>()(
    'number', 'at', 'endpoint', 'kind', 'ids', 'digest', 'caller', 'executed', 'errcode',
  ),
  DeliveryRecord: fields<types.Delivery>()(
    'id', 'to', 'corp_id', 'url', 'event', 'xml', 'created_at', 'state', 'next_attempt_at', 'faults', 'attempts',
  ),
  Attempt: fields<types.Attempt>()('at', 'sent', 'status', 'answer', 'milliseconds', 'error', 'hint'),
  FaultRules: fields<types.FaultRules>()('calls', 'deliveries'),
  FaultState: fields<types.FaultState>()('calls', 'deliveries'),
  CallRule: fields<types.CallRule>()('path', 'caller', 'when', 'fault'),
  DeliveryRule: fields<types.DeliveryRule>()('event', 'target', 'when', 'fault'),
  Rates: fields<types.Rates>()(
    'corp_per_minute', 'corp_per_hour', 'ip_per_minute', 'ip_per_hour', 'wrong_secrets_per_hour',
  ),
  Settings: fields<types.Settings>()('console', 'contacts', 'apps'),
  ContactsSettings: fields<types.ContactsSettings>()('enabled', 'may_edit', 'legacy_ip', 'trusted_ips'),
  AppSettings: fields<types.AppSettings>()(
    'agent_id', 'name', 'secret', 'enabled', 'before_2022', 'trusted_ips', 'range',
  ),
  Range: fields<types.Range>()('departments', 'members', 'tags'),
  DumpedMember: fields<types.DumpedMember>()(
    'userid', 'name', 'alias', 'mobile', 'email', 'biz_mail', 'biz_mail_alias', 'department', 'order',
    'is_leader_in_dept', 'main_department', 'direct_leader', 'position', 'gender', 'telephone', 'address', 'status',
    'enable', 'avatar', 'thumb_avatar', 'qr_code', 'extattr', 'external_position', 'external_profile', 'created_at',
    'invited', 'userid_generated', 'biz_mail_fixed',
  ),
  DumpedDepartment: fields<types.DumpedDepartment>()(
    'id', 'name', 'name_en', 'department_leader', 'parentid', 'order',
  ),
  DumpedTag: fields<types.DumpedTag>()('tagid', 'tagname', 'userlist', 'partylist', 'owner'),
};

test('the fields of the objects are those of the simulator', async () => {
  const { schemas } = (await document()).components;
  for (const [name, names] of Object.entries(FIELDS)) {
    assert.deepEqual(Object.keys(schemas[name]?.properties ?? {}).sort(), [...names].sort(), name);
  }
});
