/** Helper for `node --test`. */

import { after, before, beforeEach } from 'node:test';

import { SimulatorServer, type StartOptions } from './server.js';
import { Simulator } from './simulator.js';

/**
 * Starts a simulator for the tests of a file or of a `describe` block, and resets it before each of them.
 *
 * The result is usable in tests and in hooks that are registered later.
 *
 *     const wecom = useWecom();
 *
 *     test('a member is found', async () => {
 *       await wecom.console.createMember({ name: '钱一', userid: 'qianyi' });
 *     });
 */
export function useWecom(options: StartOptions = {}): Simulator {
  let server: SimulatorServer | undefined;
  before(async () => {
    server = await SimulatorServer.start(options);
  });
  beforeEach(() => server?.reset());
  after(() => server?.stop());
  return new Proxy(Object.create(Simulator.prototype) as Simulator, {
    get(_, name) {
      if (server === undefined) throw new Error('the simulator runs only in tests and hooks');
      const value: unknown = Reflect.get(server.simulator, name, server.simulator);
      return typeof value === 'function' ? value.bind(server.simulator) : value;
    },
  });
}
