/** Helper for Vitest. */

import { test as base, type TestAPI } from 'vitest';

import { SimulatorServer, type StartOptions } from './server.js';
import type { Simulator } from './simulator.js';

/** The fixtures that a test can ask for. */
export interface WecomFixtures {
  /** The simulator, reset before each test that asks for it. */
  wecom: Simulator;
  /** The simulator's process, one for each worker. */
  wecomServer: SimulatorServer;
}

/** Returns a `test` with the fixtures `wecom` and `wecomServer`, whose simulator is started with these options. */
export function wecomTest(options: StartOptions = {}): TestAPI<WecomFixtures> {
  return base.extend<WecomFixtures>({
    wecomServer: [
      // Vitest requires the destructuring of the fixtures that are used.
      async ({}, use) => {
        const server = await SimulatorServer.start(options);
        await use(server);
        await server.stop();
      },
      { scope: 'worker' },
    ],
    wecom: async ({ wecomServer }, use) => {
      await wecomServer.reset();
      await use(wecomServer.simulator);
    },
  });
}

/** A `test` with the fixtures `wecom` and `wecomServer`. */
export const test: TestAPI<WecomFixtures> = wecomTest();
