// An Azure pipeline, done: its variables, conditions, tasks and artefacts.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';

import { checkKeys, copyFiles, findFiles, git, newFolder, runScript } from './job.mjs';

// $(NAME) of what is not defined stays as it is.
const expand = (text, variables) => String(text).replace(/\$\(([\w.]+)\)/g, (whole, name) => variables[name.toLowerCase()] ?? whole);
const expandAll = (map, variables) => Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, expand(value, variables)]));
// Variables are in the environment, except secret ones.
const environmentOf = (variables) =>
  Object.fromEntries(Object.entries(variables).map(([name, value]) => [name.replaceAll('.', '_').toUpperCase(), value]));

const holds = (condition, good) => {
  const known = { undefined: good, 'succeededOrFailed()': true, 'always()': true };
  if (!(String(condition) in known)) throw new Error(`nobody knows the condition ${condition}`);
  return known[String(condition)];
};

const inputs = {
  'PublishPipelineArtifact@1': ['targetPath', 'artifact'],
  'DownloadPipelineArtifact@2': ['path'],
  'PublishTestResults@2': [
    'testResultsFormat',
    'testResultsFiles',
    'testRunTitle',
    'mergeTestResults',
    'failTaskOnFailedTests',
    'failTaskOnMissingResultsFile',
  ],
};

// Each gives whether the step passed.
const tasks = {
  'PublishPipelineArtifact@1'(job, run, { targetPath, artifact }) {
    const folder = path.join(job.folder, targetPath);
    if (run.artefacts.has(artifact)) throw new Error(`a second artefact ${artifact}`);
    const names = findFiles(job.folder, targetPath).map((one) => path.relative(targetPath, one));
    if (names.length > 0) run.artefacts.set(artifact, { folder, names });
    return names.length > 0;
  },
  'DownloadPipelineArtifact@2'(job, run, input) {
    for (const [name, { folder, names }] of run.artefacts) copyFiles(folder, names, path.join(input.path, name));
    return true;
  },
  'PublishTestResults@2'(job, run, input) {
    run.junit = findFiles(job.folder, input.testResultsFiles).map((one) => path.join(job.folder, one));
    if (run.junit.length === 0) return input.failTaskOnMissingResultsFile !== 'true';
    const failed = run.junit.some((file) => /<(failure|error) /.test(readFileSync(file, 'utf8')));
    return !failed || input.failTaskOnFailedTests !== 'true';
  },
};

async function runStep(step, job, run, { variables, secrets }) {
  if (step.checkout !== undefined) {
    if (step.checkout === 'self') await git(job.folder, 'clone', '-q', run.origin, '.');
    return true;
  }
  if (step.task !== undefined) {
    if (!(step.task in tasks)) throw new Error(`nobody knows the task ${step.task}`);
    checkKeys(step.task, step.inputs, inputs[step.task]);
    return tasks[step.task](job, run, expandAll(step.inputs, variables));
  }
  const all = { ...variables, ...secrets };
  const environment = { ...run.environment, ...environmentOf(variables), ...expandAll(step.env, all) };
  const { status, out, err } = await runScript(['bash', '--noprofile', '--norc'], expand(step.bash, all), job.folder, environment);
  run.log += out + err;
  const [, summary] = /^##vso\[task\.uploadsummary\](.*)$/m.exec(out) ?? [];
  if (summary !== undefined && existsSync(summary)) run.summary += readFileSync(summary, 'utf8');
  return status === 0;
}

async function runJob(definition, run, position, total, secrets) {
  const job = { folder: newFolder() };
  const scope = {
    variables: {
      ...Object.fromEntries(Object.entries(run.pipeline.variables).map(([name, value]) => [name.toLowerCase(), value])),
      'pipeline.workspace': newFolder(),
      'system.defaultworkingdirectory': job.folder,
      'system.jobattempt': String(run.attempt),
      ...(total === undefined ? {} : { 'system.jobpositioninphase': String(position), 'system.totaljobsinphase': String(total) }),
    },
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name.toLowerCase(), value])),
  };
  let good = true;
  for (const step of definition.steps) {
    checkKeys('a step', step, ['checkout', 'bash', 'task', 'inputs', 'displayName', 'condition', 'env']);
    if (holds(step.condition, good) && !(await runStep(step, job, run, scope))) good = false;
  }
  return good;
}

// `artefacts` are those of an earlier attempt, `attempt` is the number of this one.
export async function runPipeline(text, { origin, environment, secrets = {}, artefacts = new Map(), attempt = 1 }) {
  const pipeline = parse(text);
  checkKeys('the pipeline', pipeline, ['trigger', 'variables', 'pool', 'resources', 'jobs']);
  const containers = pipeline.resources.containers.map((one) => one.container);
  const run = { pipeline, origin, environment, artefacts, attempt, junit: [], summary: '', log: '' };
  const passed = {};
  for (const definition of pipeline.jobs) {
    checkKeys('a job', definition, ['job', 'displayName', 'container', 'strategy', 'dependsOn', 'condition', 'steps', 'services']);
    if (!containers.includes(definition.container)) throw new Error(`no container ${definition.container}`);
    const good = [definition.dependsOn ?? []].flat().every((one) => passed[one]);
    if (!holds(definition.condition, good)) continue;
    const total = definition.strategy?.parallel;
    const positions = Array.from({ length: total ?? 1 }, (_, index) => index + 1);
    const done = await Promise.all(positions.map((one) => runJob(definition, run, one, total, secrets)));
    passed[definition.job] = done.every(Boolean);
  }
  return { ...run, passed: Object.values(passed).every(Boolean), jobs: passed, out: artefacts.get(`hubspec-report-${attempt}`)?.folder };
}
