// The examples of tools/ci, each done as its CI does it: shards, artefacts, the merge, what is published, the exit status.
// usage: node ci_examples.mjs PATH-OF-HUBSPEC FOLDER-OF-EXAMPLES

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import * as azure from './ci/azure.mjs';
import * as github from './ci/github.mjs';
import * as gitlab from './ci/gitlab.mjs';
import * as jenkins from './ci/jenkins.mjs';
import * as kubernetes from './ci/kubernetes.mjs';
import { git, makeRepository, newFolder } from './ci/job.mjs';
import { Checks, runProgram, startHub } from './hub.mjs';

const [binary, examples] = process.argv.slice(2);
const checks = new Checks();
const match = 'reported/patch-is*';
const deviation = 'reported-patch-answers-200';

// What the image has: hubspec on the PATH.
const programs = newFolder();
writeFileSync(path.join(programs, 'hubspec'), `#!/bin/sh\nexec '${path.resolve(binary)}' "$@"\n`);
chmodSync(path.join(programs, 'hubspec'), 0o755);
const { HUBSPEC_HOME, HOME, PATH } = process.env;
const machine = { HUBSPEC_HOME, HOME, PATH: `${programs}:${PATH}`, HUBSPEC_MATCH: match };

const withTarget = (text) => text.replace('HUBSPEC_TARGET: ""', 'HUBSPEC_TARGET: "emulator.yaml"');
const all = [
  { name: 'GitHub', file: 'github.yml', run: github.runWorkflow, withTarget },
  { name: 'GitLab', file: 'gitlab-ci.yml', run: gitlab.runPipeline, withTarget },
  { name: 'Azure', file: 'azure-pipelines.yml', run: azure.runPipeline, withTarget },
  {
    name: 'Jenkins',
    file: 'Jenkinsfile',
    run: (text, { secrets = {}, ...other }) =>
      jenkins.runPipeline(text, { ...other, secrets: { 'iothub-connection-string': secrets.IOTHUB_CONNECTION_STRING } }),
    withTarget: (text) =>
      text.replace("HUBSPEC_TARGET = ''", "HUBSPEC_TARGET = 'emulator.yaml'").replace('// environment {', 'environment {'),
  },
  { name: 'Kubernetes', file: 'kubernetes.yaml', run: kubernetes.runJobs, withTarget },
].map((one) => ({ ...one, text: readFileSync(path.join(examples, one.file), 'utf8') }));

const outcome = (file) => JSON.parse(readFileSync(file)).cases.map((one) => `${one.verdict} ${one.name}`).sort();
async function singleRun(...options) {
  const file = path.join(newFolder(), 'results.json');
  await runProgram(binary, ['run', '-q', '--match', match, '--report', `json:${file}`, ...options]);
  return outcome(file);
}

async function start(one, files, other) {
  const origin = await makeRepository(newFolder(), { 'README.md': '', ...files });
  return one.run(one.text, { origin, environment: machine, ...other });
}
const deviating = { environment: { ...machine, HUBSPEC_DEVIATION: deviation } };
const count = (texts, form) => texts.reduce((sum, file) => sum + (readFileSync(file, 'utf8').match(form) ?? []).length, 0);

// What is published is all there, and says what one run of everything says.
async function checkReports(run, single, summary) {
  assert.deepEqual(outcome(path.join(run.out, 'results.json')), single, run.log);
  assert.equal(count(run.junit, /<testcase /g), single.length);
  const { status, out, err } = await runProgram(binary, ['junit', '--check', ...run.junit]);
  assert.equal(status, 0, out + err);
  assert.match(readFileSync(path.join(run.out, 'summary.md'), 'utf8'), summary);
  assert.match(readFileSync(path.join(run.out, 'badge.svg'), 'utf8'), /^<svg /);
  assert.equal(JSON.parse(readFileSync(path.join(run.out, 'badge.json'))).schemaVersion, 1);
}

const held = await singleRun();
const broken = await singleRun('--deviation', deviation);
const failures = broken.filter((one) => one.startsWith('fail ')).length;

await checks.check('the selection has cases for each shard, and the deviation breaks them', () => {
  assert.ok(held.length >= 8 && held.every((one) => one.startsWith('pass ')));
  assert.ok(failures > 0);
});

const runs = {};
for (const one of all) {
  const [run, failed, known, unusable] = await Promise.all([
    start(one, {}),
    start(one, {}, deviating),
    start(one, { 'known-failures.yaml': '- {match: "reported/patch-is*", reason: being mended}\n' }, deviating),
    start(one, { 'hubspec.yaml': 'no-such-option: 1\n' }),
  ]);
  runs[one.name] = { run, failed };

  await checks.check(`${one.name}: all hold`, async () => {
    assert.ok(run.passed, run.log);
    await checkReports(run, held, /Everything held/);
    assert.equal(count(run.junit, /<(failure|error) /g), 0);
  });
  await checks.check(`${one.name}: a deviation fails the whole, and the reports are there`, async () => {
    assert.ok(!failed.passed, failed.log);
    await checkReports(failed, broken, /Not conformant/);
    assert.equal(count(failed.junit, /<failure /g), failures);
  });
  await checks.check(`${one.name}: known failures do not fail it`, async () => {
    assert.ok(known.passed, known.log);
    assert.equal(count(known.junit, /<skipped /g), failures);
  });
  await checks.check(`${one.name}: shards that cannot run fail the whole`, () => {
    assert.ok(!unusable.passed, unusable.log);
    assert.match(unusable.log, /no-such-option/);
  });
}

await checks.check('GitHub: the workflow is sound, and mistakes in it would be seen', async () => {
  const { text } = all[0];
  assert.deepEqual(await github.problemsOf(text), []);
  const mistakes = { 'runs-on': 'run-on', 'needs: shard': 'needs: shrad', 'matrix.shard': 'matrx.shard', 'always()': 'alwas()' };
  for (const [right, wrong] of Object.entries(mistakes)) assert.notDeepEqual(await github.problemsOf(text.replace(right, wrong)), [], wrong);
});
await checks.check('GitHub: the summary is that of the job, findings are annotations', () => {
  assert.match(runs.GitHub.run.summary, /Everything held/);
  assert.deepEqual(runs.GitHub.run.annotations, []);
  assert.match(runs.GitHub.failed.summary, /Not conformant/);
  assert.equal(runs.GitHub.failed.annotations.filter((line) => line.startsWith('::error ')).length, failures);
});
await checks.check('GitHub: the badge is pushed, of a failed run too', async () => {
  for (const run of Object.values(runs.GitHub)) {
    const badge = JSON.parse(await git(run.origin, 'show', 'badges:badge.json'));
    assert.deepEqual(badge, JSON.parse(readFileSync(path.join(run.out, 'badge.json'))));
    assert.equal(await git(run.origin, 'ls-tree', '--name-only', 'badges'), 'badge.json\nbadge.svg\n');
  }
});
await checks.check('GitLab: the file is what its schema says', () => assert.ok(runs.GitLab.run.validated, runs.GitLab.run.log));
await checks.check('Azure: the summary is uploaded', () => assert.match(runs.Azure.failed.summary, /Not conformant/));
await checks.check('Jenkins: everything is archived', () => assert.ok(runs.Jenkins.failed.archived.includes('out/results.json')));

const kept = await start(all[4], {}, { loses: [1, 2] });
await checks.check('Kubernetes: shards whose results are lost fail the whole, and every report says which', async () => {
  assert.ok(kept.shardsPassed && !kept.passed, kept.log);
  const missing = 'of 4 shards against reference hub the results of 2-3 are missing';
  for (const file of [...kept.junit, 'results.json', 'summary.md'].map((name) => path.resolve(kept.out, name)))
    if (!/TEST-(?!iothub\.scenarios)/.test(file)) assert.ok(readFileSync(file, 'utf8').includes(missing), file);
  assert.equal(JSON.parse(readFileSync(path.join(kept.out, 'badge.json'))).color, 'yellow');
});

// Azure keeps the artefacts of each attempt: those of the last one count.
const again = await start(all[2], {}, { artefacts: new Map(runs.Azure.failed.artefacts), attempt: 2 });
await checks.check('Azure: a second attempt replaces the first', async () => {
  assert.ok(again.passed, again.log);
  await checkReports(again, held, /Everything held/);
});

// An emulator: another process, a target file in the repository, its secret from the store of the CI.
const hub = await startHub(binary);
const ports = `{mqtt: ${hub.mqttPort}, https: ${hub.httpsPort}, amqp: ${hub.amqpPort}}`;
const service = '{connection_string: {env: IOTHUB_CONNECTION_STRING}}';
const target = `name: my emulator\naddress: ${hub.address}\nports: ${ports}\nca: ${hub.caFile}\nservice: ${service}\n`;
const secrets = { IOTHUB_CONNECTION_STRING: hub.serviceConnectionString };
const key = /SharedAccessKey=([^;]*)/.exec(hub.serviceConnectionString)[1];
for (const one of all) {
  const example = { ...one, text: one.withTarget(one.text) };
  const run = await start(example, { 'emulator.yaml': target }, { secrets });
  await checks.check(`${one.name}: an emulator is judged, and its secret stays where it is`, async () => {
    assert.ok(run.passed, run.log);
    await checkReports(run, held, /my emulator/);
    assert.ok(!run.log.includes(key));
    for (const name of readdirSync(run.out, { recursive: true }).map((file) => path.join(run.out, file)))
      if (existsSync(name) && !name.endsWith('junit-reports')) assert.ok(!readFileSync(name, 'utf8').includes(key), name);
  });
}
await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
