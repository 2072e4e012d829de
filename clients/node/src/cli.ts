#!/usr/bin/env node
/** Runs the `txl` program of this package, for example `npx txl sim`. */

import { spawn } from 'node:child_process';

import { BinaryError, findBinary } from './binary.js';

try {
  const child = spawn(findBinary(), process.argv.slice(2), { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both processes. This one waits, so that the exit code is that of the program.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
} catch (error) {
  if (!(error instanceof BinaryError)) throw error;
  fail(error.message);
}

function fail(message: string): never {
  console.error(`error: ${message}`);
  process.exit(1);
}
