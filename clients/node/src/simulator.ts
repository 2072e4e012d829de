import { Console } from './console.js';
import { Transport } from './transport.js';
import type {
  CallRule,
  Choices,
  Clock,
  Corp,
  CorpFile,
  Delivery,
  DeliveryFault,
  DeliveryRule,
  DumpedDepartment,
  DumpedMember,
  DumpedTag,
  Fault,
  FaultRules,
  FaultState,
  Health,
  JobControl,
  NewCorp,
  Rates,
  Ready,
  Request,
  RequestFilter,
  Seeded,
  ServedCorp,
  Settings,
  SettingsChange,
  Snapshot,
  State,
  When,
  WriteLog,
} from './types.js';

/** Milliseconds until a request of the control surface fails. Seeding a million members takes a while. */
const TIMEOUT = 600_000;

/** A running simulator: its connection data and its control surface. Refused requests reject with a `ControlError`. */
export class Simulator {
  readonly ready: Ready;
  readonly transport: Transport;
  /** What an administrator does in 管理后台. */
  readonly console: Console;

  constructor(ready: Ready, timeout: number = TIMEOUT, root?: string) {
    this.ready = ready;
    this.transport = new Transport(ready.url, timeout, root);
    this.console = new Console(this.transport);
  }

  /** The URL to use in place of `https://qyapi.weixin.qq.com`. */
  get url(): string {
    return this.ready.url;
  }

  /** The corp's id (企业ID). */
  get corpId(): string {
    return this.ready.corp_id;
  }

  /** The contacts-sync secret (通讯录同步). */
  get contactsSecret(): string {
    return this.ready.contacts_secret;
  }

  /** The app's id (应用 agentid). */
  get agentId(): number {
    return this.ready.agent_id;
  }

  /** The app's secret (自建应用). */
  get appSecret(): string {
    return this.ready.app_secret;
  }

  /** Returns the version of the simulator. */
  health(): Promise<Health> {
    return this.transport.json('GET', '/_sim/healthz');
  }

  /** Restores the contacts, settings, faults and limits of the start, and empties the logs. The clock continues. */
  async reset(): Promise<void> {
    await this.transport.json('POST', '/_sim/reset');
  }

  /**
   * Replaces all contacts with generated ones. The same arguments always give the same corp.
   *
   * `departments` defaults to one for every twenty members. `shape` is the depth of their tree. `clearFirst` removes the
   * old contacts before the new ones exist, which saves memory.
   */
  seed(
    members: number,
    options: { departments?: number; seed?: number; shape?: 'flat' | 'usual' | 'deep'; clearFirst?: boolean } = {},
  ): Promise<Seeded> {
    const { departments = Math.floor(members / 20) + 1, seed = 1, shape = 'usual', clearFirst = false } = options;
    const body = { members, departments, seed, shape, clear_first: clearFirst };
    return this.transport.json('POST', '/_sim/seed', { body });
  }

  /** Returns counts, permissions and callback targets. `digest: true` includes the digest of a large corp. */
  state(options: { digest?: boolean } = {}): Promise<State> {
    return this.transport.json('GET', '/_sim/state', { query: options });
  }

  /** Returns all contacts with all values, including those that no credential sees. */
  async corp(): Promise<Corp> {
    const corp: Corp = { departments: [], members: [], tags: [], digest: '' };
    for (const line of (await this.transport.send('GET', '/_sim/corp')).split('\n')) {
      if (line === '') continue;
      const { kind, ...item } = JSON.parse(line) as { kind: string } & Record<string, unknown>;
      if (kind === 'department') corp.departments.push(item as unknown as DumpedDepartment);
      else if (kind === 'member') corp.members.push(item as unknown as DumpedMember);
      else if (kind === 'tag') corp.tags.push(item as unknown as DumpedTag);
      else if (kind === 'end') return { ...corp, digest: String(item['digest']) };
    }
    throw new Error('the dump of the corp is incomplete: its last line is missing');
  }

  /** Replaces all contacts with these. `corpFile` returns the present ones in the same form. */
  seedCorp(corp: CorpFile): Promise<Seeded> {
    return this.transport.json('POST', '/_sim/seed', { body: corp });
  }

  /** Returns all contacts in the form of `seedCorp`, for a corp of at most 20,000 members. */
  corpFile(): Promise<CorpFile> {
    return this.transport.json('GET', '/_sim/seed');
  }

  /** Returns the time and the speed of the clock. */
  clock(): Promise<Clock> {
    return this.transport.json('GET', '/_sim/clock');
  }

  /**
   * Stops the clock, at this time or at the present one, and returns its time.
   *
   * A text is RFC 3339 with an offset, such as `2026-01-05T09:00:00+08:00`. From then on the clock moves only by
   * `advance` and `setClock`.
   */
  freeze(at?: Date | string): Promise<Date> {
    return this.#moveClock('freeze', at === undefined ? {} : { at: wireTime(at) });
  }

  /** Lets the clock run from its present time. `speed` is virtual seconds per real second. */
  runClock(speed = 1): Promise<Date> {
    return this.#moveClock('run', { speed });
  }

  /** Moves the clock to a time, forward or back, as `freeze` takes it. Returns the time. */
  setClock(at: Date | string): Promise<Date> {
    return this.#moveClock('set', { at: wireTime(at) });
  }

  /** Moves the clock forward by this number of seconds. Returns the new time. */
  advance(seconds: number): Promise<Date> {
    return this.#moveClock('advance', { seconds });
  }

  async #moveClock(action: string, body: object): Promise<Date> {
    return new Date((await this.transport.json<Clock>('POST', `/_sim/clock/${action}`, { body })).now);
  }

  /** Returns the duration and the failures of jobs (异步任务). */
  jobs(): Promise<JobControl> {
    return this.transport.json('GET', '/_sim/jobs');
  }

  /** Changes the given settings of imports and exports that are submitted later. */
  setJobs(changes: Partial<JobControl>): Promise<JobControl> {
    return this.transport.json('PUT', '/_sim/jobs', { body: changes });
  }

  /**
   * Adds a corp to the server and returns its own control client.
   *
   * All corps of a server have the same `url`: a call belongs to the corp of its token. `corpId` has 1 to 64 letters,
   * digits, `-` and `_`. `SimulatorServer.reset` removes added corps.
   */
  async addCorp(corpId: string, settings: NewCorp = {}): Promise<Simulator> {
    const body = { corp_id: corpId, ...settings };
    type Access = Omit<Ready, 'callback'> & { control_url: string };
    const { control_url, ...access } = await this.transport.json<Access>('POST', '/_sim/corps', { body });
    const root = new URL(control_url).pathname.replace(/\/$/, '');
    return new Simulator({ ...access, callback: this.ready.callback }, this.transport.timeout, root);
  }

  /** Returns the corps of the server, the first one first. */
  async corps(): Promise<ServedCorp[]> {
    return (await this.transport.json<{ corps: ServedCorp[] }>('GET', '/_sim/corps')).corps;
  }

  /** Removes an added corp with its state and its tokens. */
  async removeCorp(corpId: string): Promise<void> {
    await this.transport.json('DELETE', '/_sim/corps/{corp_id}', { places: { corp_id: corpId } });
  }

  /**
   * Takes a snapshot of the corp, the clock, tokens, jobs, deliveries, fault rules and rate limits.
   *
   * `name` has 1 to 64 lower-case letters, digits and hyphens. A snapshot of the same name is replaced. Snapshots stay
   * until they are deleted, so one can serve all tests.
   */
  snapshot(name = 'default'): Promise<Snapshot> {
    return this.transport.json('POST', '/_sim/snapshots/{name}', { places: { name } });
  }

  /** Restores a snapshot. The logs of requests and writes continue. */
  async restore(name = 'default'): Promise<void> {
    await this.transport.json('POST', '/_sim/snapshots/{name}/restore', { places: { name } });
  }

  /** Returns the snapshots by name. */
  async snapshots(): Promise<Snapshot[]> {
    return (await this.transport.json<{ snapshots: Snapshot[] }>('GET', '/_sim/snapshots')).snapshots;
  }

  /** Deletes a snapshot. */
  async deleteSnapshot(name = 'default'): Promise<void> {
    await this.transport.json('DELETE', '/_sim/snapshots/{name}', { places: { name } });
  }

  /**
   * Returns the requests of the program under test, oldest first.
   *
   * `path` is an endpoint (`user/get`), a chapter (`user/*`) or `*`. `limit` keeps the latest; it defaults to 1,000.
   */
  async requests(path?: string, filter: RequestFilter & { limit?: number } = {}): Promise<Request[]> {
    const query = { path, ...filter };
    return (await this.transport.json<{ requests: Request[] }>('GET', '/_sim/requests', { query })).requests;
  }

  /** Counts the requests that a filter selects, as in `requests`. */
  async countRequests(path?: string, filter: RequestFilter = {}): Promise<number> {
    const body = { path, ...filter };
    return (await this.transport.json<{ count: number }>('POST', '/_sim/requests/count', { body })).count;
  }

  /**
   * Returns the calls that change the corp, oldest first. This log keeps more entries than `requests`.
   *
   * `limit` keeps the latest; it defaults to 1,000. `after` and `before` are numbers of writes. To read all of them, call
   * again with `before` as the number of the first one, until no write is left.
   */
  writes(endpoint?: string, options: { limit?: number; after?: number; before?: number } = {}): Promise<WriteLog> {
    return this.transport.json('GET', '/_sim/writes', { query: { endpoint, ...options } });
  }

  /**
   * Returns the callbacks and their attempts, oldest first. Call `settled` before, to wait until they are sent.
   *
   * `limit` keeps the latest; it defaults to 1,000. `before` is the id of a delivery: only earlier ones are returned.
   */
  async deliveries(event?: string, options: { limit?: number; before?: number } = {}): Promise<Delivery[]> {
    const query = { event, ...options };
    return (await this.transport.json<{ deliveries: Delivery[] }>('GET', '/_sim/deliveries', { query })).deliveries;
  }

  /** Sends a callback again, newly encrypted. */
  async redeliver(delivery: number): Promise<void> {
    await this.transport.json('POST', '/_sim/deliveries/{id}/redeliver', { places: { id: delivery } });
  }

  /** Posts the bytes of a callback again. */
  async replay(delivery: number): Promise<void> {
    await this.transport.json('POST', '/_sim/deliveries/{id}/replay', { places: { id: delivery } });
  }

  /** Waits until no callback is queued or being sent. Rejects after 30 seconds. */
  async settled(): Promise<void> {
    const { settled } = await this.transport.json<{ settled: boolean }>('POST', '/_sim/settled');
    if (!settled) throw new Error('callbacks are still being sent after 30 seconds; see deliveries()');
  }

  /** Returns the rules of fault injection, with the number of times each one applied. */
  faults(): Promise<FaultState> {
    return this.transport.json('GET', '/_sim/faults');
  }

  /** Replaces all rules. */
  setFaults(rules: FaultRules): Promise<FaultState> {
    return this.transport.json('PUT', '/_sim/faults', { body: rules });
  }

  /** Removes all rules and sends the callbacks that were held back. */
  clearFaults(): Promise<FaultState> {
    return this.transport.json('DELETE', '/_sim/faults');
  }

  /** Adds rules after the existing ones, whose counters continue. */
  addFaults(rules: FaultRules): Promise<FaultState> {
    return this.transport.json('POST', '/_sim/faults', { body: rules });
  }

  /**
   * Adds a rule for calls.
   *
   * `path` is an endpoint (`user/get`), a chapter (`user/*`) or `*`. Without `when` the rule applies to every call.
   * `caller` limits it to one secret, `contacts` or `app 1000002`.
   */
  async fault(path: string, fault: Fault, when?: When, caller?: string): Promise<void> {
    const rule: CallRule = { path, fault, ...(when && { when }), ...(caller !== undefined && { caller }) };
    await this.addFaults({ calls: [rule] });
  }

  /**
   * Adds a rule for callbacks.
   *
   * `event` is a name from `deliveries`, all kinds of an event (`change_contact/*`) or `*`. `target` limits the rule
   * to `contacts`, `app 1000002` or `import job`.
   */
  async deliveryFault(event: string, fault: DeliveryFault, when?: When, target?: string): Promise<void> {
    const rule: DeliveryRule = { event, fault, ...(when && { when }), ...(target !== undefined && { target }) };
    await this.addFaults({ deliveries: [rule] });
  }

  /** Returns the rate limits. */
  rates(): Promise<Rates> {
    return this.transport.json('GET', '/_sim/rates');
  }

  /** Changes the given rate limits. All counters restart at 0, and closed endpoints reopen. */
  setRates(changes: Partial<Rates>): Promise<Rates> {
    return this.transport.json('PUT', '/_sim/rates', { body: changes });
  }

  /** Returns the switches for behaviour that is unverified, or recorded to differ from the official pages. */
  choices(): Promise<Choices> {
    return this.transport.json('GET', '/_sim/choices');
  }

  /** Changes the given switches. */
  setChoices(changes: Choices): Promise<Choices> {
    return this.transport.json('PUT', '/_sim/choices', { body: changes });
  }

  /** Returns the settings of the corp: the console, secrets and apps. */
  settings(): Promise<Settings> {
    return this.transport.json('GET', '/_sim/settings');
  }

  /** Changes the given settings. */
  setSettings(changes: SettingsChange): Promise<Settings> {
    return this.transport.json('PUT', '/_sim/settings', { body: changes });
  }
}

function wireTime(at: Date | string): string | number {
  return typeof at === 'string' ? at : at.getTime();
}
