import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import { BinaryError, SimulatorServer, StartError, VERSION } from 'wecom-sim';

/** Returns a program that is a shell script. */
function program(script: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'wecom-sim-')), 'txl');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

test('a stopped simulator no longer answers', async () => {
  let url: string;
  {
    await using server = await SimulatorServer.start();
    url = server.simulator.url;
    assert.ok(await answers(url));
  }
  assert.equal(await answers(url), false);
});

test('a second stop does nothing', async () => {
  const server = await SimulatorServer.start();
  await Promise.all([server.stop(), server.stop()]);
  await server.stop();
});

test('arguments reach the simulator, and variables do not', async (t) => {
  process.env['TXL_SIM_MEMBERS'] = '50';
  t.after(() => delete process.env['TXL_SIM_MEMBERS']);
  await using server = await SimulatorServer.start({ arguments: ['--legacy'] });
  const state = await server.simulator.state();
  assert.equal(state.members, 7);
  assert.ok(state.credentials.every((credential) => credential.legacy));
});

test('wrong arguments are reported with the words of the program', async () => {
  await assert.rejects(SimulatorServer.start({ arguments: ['--membres', '40'] }), (error) => {
    assert.ok(error instanceof StartError);
    assert.match(error.message, /unexpected argument '--membres'/);
    return true;
  });
});

test('a program that does not fit is refused', async () => {
  for (const [script, reason] of [
    ['echo txl 0.99.0', /does not support version 0\.99\.0/],
    ['echo something else', /is another program/],
    ['exit 3', /does not start/],
  ] as const) {
    await assert.rejects(SimulatorServer.start({ binary: program(script) }), (error) => {
      assert.ok(error instanceof BinaryError);
      assert.match(error.message, reason);
      return true;
    });
  }
});

test('a program that is never ready is ended', async () => {
  const binary = program(`[ "$1" = --version ] && echo "txl ${VERSION}" && exit; echo "pid $$" >&2; exec cat`);
  let pid = 0;
  await assert.rejects(SimulatorServer.start({ binary, timeout: 1_000 }), (error) => {
    assert.ok(error instanceof StartError);
    pid = Number(/not ready after 1000 ms:\npid (\d+)/.exec(error.message)?.[1]);
    return true;
  });
  await until(() => !isRunning(pid));
});

test('a missing program is reported', async () => {
  await assert.rejects(SimulatorServer.start({ binary: '/nonexistent/txl' }), BinaryError);
});

for (const [title, ending] of [
  ['a killed parent leaves no process', 'setInterval(() => {}, 1000)'],
  ['a simulator that is not stopped does not keep Node running', ''],
] as const) {
  test(title, async () => {
    const index = JSON.stringify(import.meta.resolve('wecom-sim'));
    const script = `import { SimulatorServer } from ${index};
      console.log((await SimulatorServer.start()).simulator.url); ${ending}`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise<string>((resolve) => {
      parent.stdout.setEncoding('utf8').once('data', (line: string) => resolve(line.trim()));
    });
    if (ending !== '') {
      assert.ok(await answers(url));
      parent.kill('SIGKILL');
    }
    await until(() => (parent.exitCode ?? parent.signalCode) !== null);
    await until(async () => !(await answers(url)));
  });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits for a state, at most 20 seconds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, 'the state did not come within 20 seconds');
    await setImmediate();
  }
}
