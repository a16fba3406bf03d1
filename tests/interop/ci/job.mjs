// What the jobs of every CI have: a workspace, shells, files found by a pattern.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { runProgram } from '../hub.mjs';

// All folders are in one, which goes when the test ends.
const root = mkdtempSync(path.join(tmpdir(), 'hubspec-ci-'));
process.once('exit', () => rmSync(root, { recursive: true }));
export const newFolder = () => mkdtempSync(path.join(root, 'job-'));

// A repository with these files, its origin and a clone of it for each job.
export async function makeRepository(folder, files) {
  const source = path.join(folder, 'source');
  const origin = path.join(folder, 'origin.git');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(source, name)), { recursive: true });
    writeFileSync(path.join(source, name), text);
  }
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  await git(source, 'init', '-q', '-b', 'main');
  await git(source, 'add', '-A');
  await git(source, ...identity, 'commit', '-q', '-m', 'Files');
  await git(folder, 'clone', '-q', '--bare', source, origin);
  return origin;
}

export async function git(folder, ...args) {
  const { status, out, err } = await runProgram('git', args, { cwd: folder });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${err}`);
  return out;
}

// Runs a script as a shell's file and gives its status and what it wrote.
export async function runScript(shell, script, folder, environment) {
  const file = path.join(newFolder(), 'script');
  writeFileSync(file, script);
  const { status, out, err } = await runProgram(shell[0], [...shell.slice(1), file], { cwd: folder, env: environment });
  return { status, out, err };
}

// Files below the folder that a pattern means: "*" within a folder, "**" across; a folder means all that is in it.
export function findFiles(folder, pattern) {
  const text = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*\*|\*/g, (stars) => (stars === '**' ? '.*' : '[^/]*'));
  const form = new RegExp(`^${text}(/.*)?$`);
  return readdirSync(folder, { recursive: true }).filter((name) => form.test(name) && statSync(path.join(folder, name)).isFile()).sort();
}

export function copyFiles(from, names, to) {
  for (const name of names) cpSync(path.join(from, name), path.join(to, name));
  mkdirSync(to, { recursive: true });
}

// An input that the real thing does not know is a mistake in the example.
export function checkKeys(what, given, known) {
  for (const key of Object.keys(given ?? {})) if (!known.includes(key)) throw new Error(`${what} has no "${key}"`);
}
