import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

import { checkVersion, findBinary } from './binary.js';
import { Simulator } from './simulator.js';
import type { Clock, Ready } from './types.js';

/** The simulator did not become ready. The message has the end of its stderr. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** How a simulator is started. */
export interface StartOptions {
  /** Arguments of `txl sim`, such as `['--legacy']`. */
  arguments?: readonly string[];
  /** The `txl` program. Defaults to that of `TXL_BINARY`, else that of the package for this platform. */
  binary?: string;
  /** Milliseconds until the simulator must be ready. Defaults to 60,000. */
  timeout?: number;
}

type Process = ChildProcessByStdio<Writable, Readable, Readable>;

/** A clock that differs from real time by more milliseconds than this was set by an argument. */
const OWN_TIME = 5_000;
const STOP_TIMEOUT = 10_000;
const STDERR_KEPT = 4_000;

/**
 * A `txl sim` process on a free port of the loopback interface.
 *
 * The process ends with `stop`, at the end of an `await using` block, and with this process, even if this process is
 * killed. Variables named `TXL_SIM_…` are not inherited. The process does not keep Node running.
 */
export class SimulatorServer {
  readonly simulator: Simulator;
  /** The version of the program. */
  readonly version: string;
  readonly #process: Process;
  readonly #clock: Clock;
  /** Whether the clock is independent of real time. */
  readonly #hasOwnTime: boolean;

  private constructor(process: Process, version: string, simulator: Simulator, clock: Clock) {
    this.#process = process;
    this.version = version;
    this.simulator = simulator;
    this.#clock = clock;
    this.#hasOwnTime = !clock.runs || Math.abs(clock.now - Date.now()) > OWN_TIME;
  }

  /** The id of the process. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Starts a simulator. Rejects with a `BinaryError` or a `StartError`. */
  static async start(options: StartOptions = {}): Promise<SimulatorServer> {
    const binary = options.binary ?? findBinary();
    const version = await checkVersion(binary);
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TXL_SIM_')));
    // The simulator ends when this process no longer holds the other end of its stdin.
    const child = spawn(
      binary,
      ['sim', '--listen', '127.0.0.1:0', '--until-stdin-closes', ...(options.arguments ?? [])],
      { stdio: ['pipe', 'pipe', 'pipe'], env },
    );
    try {
      const ready = await untilReady(child, options.timeout ?? 60_000);
      const simulator = new Simulator(ready);
      const clock = await simulator.clock();
      release(child);
      return new SimulatorServer(child, version, simulator, clock);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Resets the simulator and its clock: to real time, or to the time of `--now` and `--freeze`. Removes added corps. */
  async reset(): Promise<void> {
    const [, ...added] = await this.simulator.corps();
    for (const corp of added) await this.simulator.removeCorp(corp.corp_id);
    await this.simulator.reset();
    const at = this.#hasOwnTime ? new Date(this.#clock.now) : new Date();
    if (this.#clock.runs) {
      await this.simulator.setClock(at);
      await this.simulator.runClock(this.#clock.speed);
    } else {
      await this.simulator.freeze(at);
    }
  }

  /** Ends the simulator. A second call does nothing. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      child.stdin.end();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function untilReady(child: Process, timeout: number): Promise<Ready> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(new StartError(stderr === '' ? reason : `${reason}:\n${stderr.trim()}`));
    };
    const timer = setTimeout(() => fail(`txl sim was not ready after ${timeout} ms`), timeout);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_KEPT);
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const end = stdout.indexOf('\n');
      if (end < 0) return;
      clearTimeout(timer);
      resolve(JSON.parse(stdout.slice(0, end)) as Ready);
    });
    child.on('error', (error) => fail(`txl sim did not start: ${error.message}`));
    child.on('close', () => fail('txl sim did not start'));
  });
}

/** Lets Node end while the simulator runs. */
function release(child: Process): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as Socket).unref();
}
