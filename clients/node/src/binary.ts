import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** The `txl` program is missing, does not start, or has a version that this package does not support. */
export class BinaryError extends Error {
  override readonly name = 'BinaryError';
}

/** The version of this package. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/** Returns the path of the program: that of `TXL_BINARY`, else that of the package for this platform. */
export function findBinary(): string {
  const chosen = process.env['TXL_BINARY'];
  if (chosen) {
    if (!existsSync(chosen)) throw new BinaryError(`TXL_BINARY names a file that does not exist: ${chosen}`);
    return resolve(chosen);
  }
  const name = `wecom-sim-${process.platform}-${process.arch}`;
  let manifest: string;
  try {
    manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  } catch (error) {
    throw new BinaryError(`the package ${name} is not installed; install it without --omit=optional, or set TXL_BINARY`, {
      cause: error,
    });
  }
  return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'txl.exe' : 'txl');
}

/** Returns the version of the program. Rejects if its first two numbers differ from those of this package. */
export async function checkVersion(program: string): Promise<string> {
  let printed: string;
  try {
    printed = (await promisify(execFile)(program, ['--version'], { timeout: 60_000 })).stdout.trim();
  } catch (error) {
    throw new BinaryError(`${program} does not start: ${String(error)}`, { cause: error });
  }
  const [name, version = ''] = printed.split(' ');
  if (name !== 'txl') {
    throw new BinaryError(`${program} is another program: --version printed ${JSON.stringify(printed.slice(0, 80))}`);
  }
  const supported = VERSION.split('.').slice(0, 2).join('.');
  if (version.split('.').slice(0, 2).join('.') !== supported) {
    throw new BinaryError(
      `wecom-sim ${VERSION} does not support version ${version} of ${program}; install equal versions`,
    );
  }
  return version;
}
