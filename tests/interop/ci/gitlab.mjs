// A GitLab pipeline, done by gitlab-ci-local, which checks it against GitLab's JSON Schema first.

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { parse } from 'yaml';

import { runProgram } from '../hub.mjs';
import { findFiles, git, newFolder } from './job.mjs';

const program = path.join(path.dirname(createRequire(import.meta.url).resolve('gitlab-ci-local/package.json')), 'src/index.js');

export async function runPipeline(text, { origin, environment, secrets = {} }) {
  const folder = newFolder();
  await git(folder, 'clone', '-q', origin, '.');
  await git(folder, 'remote', 'set-url', 'origin', 'git@gitlab.example.com:me/emulator.git');
  writeFileSync(path.join(folder, '.gitlab-ci.yml'), text);
  const options = ['--force-shell-executor', '--shell-isolation', '--state-dir', '.state', '--home', newFolder()];
  const { status, out, err } = await runProgram('node', [program, ...options], { cwd: folder, env: { ...environment, ...secrets } });
  // The name of a folder with artefacts is that of the job, with what is no letter encoded.
  const [found] = findFiles(path.join(folder, '.state'), '**/out/summary.md');
  const workspace = found === undefined ? undefined : path.join(folder, '.state', found, '../..');
  const { junit } = parse(text)['hubspec:report'].artifacts.reports;
  return {
    passed: status === 0,
    log: out + err,
    validated: err.includes('json schema validated'),
    junit: workspace === undefined ? [] : findFiles(workspace, junit).map((one) => path.join(workspace, one)),
    out: workspace === undefined ? undefined : path.join(workspace, 'out'),
  };
}
