/**
 * Packs the packages for npm: `wecom-sim`, and one package for each platform with the program in it.
 *
 *     node scripts/pack.mjs --out DIRECTORY --binary linux-x64=PATH [--binary darwin-arm64=PATH …]
 *
 * `wecom-sim` depends on exactly the platforms that are given, so it never names a package that was not packed with it.
 * Prints the path of each package, that of `wecom-sim` last. `npm run build` must have run.
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { out: { type: 'string' }, binary: { type: 'string', multiple: true, default: [] } },
});
if (!values.out || values.binary.length === 0) {
  throw new Error('usage: node scripts/pack.mjs --out DIRECTORY --binary PLATFORM=PATH');
}
if (!existsSync(join(root, 'dist/index.js'))) throw new Error('dist is missing: run `npm run build` first');
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const stage = mkdtempSync(join(tmpdir(), 'wecom-sim-pack-'));
try {
  manifest.optionalDependencies = {};
  for (const binary of values.binary) {
    const [platform, path] = binary.split(/=(.*)/s);
    if (!PLATFORMS.includes(platform) || !path) {
      throw new Error(`invalid --binary ${binary}; it must be PLATFORM=PATH, and PLATFORM one of ${PLATFORMS.join(', ')}`);
    }
    const name = `wecom-sim-${platform}`;
    packPlatform(name, platform, path);
    manifest.optionalDependencies[name] = manifest.version;
  }
  packMain();
} finally {
  rmSync(stage, { recursive: true });
}

function packPlatform(name, platform, path) {
  const [os, cpu] = platform.split('-');
  const { version, license, repository, author } = manifest;
  const description = `The program of wecom-sim for ${platform}`;
  const directory = begin(name, { name, version, description, license, repository, author, os: [os], cpu: [cpu] });
  const program = join(directory, 'bin', os === 'win32' ? 'txl.exe' : 'txl');
  mkdirSync(dirname(program));
  copyFileSync(path, program);
  chmodSync(program, 0o755);
  writeFileSync(join(directory, 'README.md'), `${description}. Install wecom-sim, which depends on this package.\n`);
  pack(directory);
}

function packMain() {
  const { devDependencies, scripts, private: _, ...published } = manifest;
  const directory = begin(manifest.name, published);
  for (const file of ['dist', 'README.md', 'README.zh-CN.md']) {
    cpSync(join(root, file), join(directory, file), { recursive: true });
  }
  pack(directory);
}

/** Creates the folder of a package with its manifest and the licences. */
function begin(name, fields) {
  const directory = join(stage, name);
  mkdirSync(directory);
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(fields, null, 2)}\n`);
  for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) {
    copyFileSync(join(root, '../..', licence), join(directory, licence));
  }
  return directory;
}

function pack(directory) {
  const options = { stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' };
  execFileSync('npm', ['pack', '--silent', '--pack-destination', out, directory], options);
  console.log(join(out, `${basename(directory)}-${manifest.version}.tgz`));
}
