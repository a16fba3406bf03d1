// A GitHub Actions workflow, checked by GitHub's own parser and then done: its expressions, conditions, shells and artefacts.

import { readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import path from 'node:path';

import { parse } from 'yaml';

import { checkKeys, copyFiles, findFiles, git, newFolder, runScript } from './job.mjs';

register('./json_modules.mjs', import.meta.url); // the parser imports its schema as bundlers take it
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');
const { data, Evaluator, Lexer, Parser } = await import('@actions/expressions');

export async function problemsOf(text) {
  const { context, value } = parseWorkflow({ name: 'hubspec.yml', content: text }, new NoOperationTraceWriter());
  await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map((error) => error.message);
}

function toData(value) {
  if (Array.isArray(value)) return new data.Array(...value.map(toData));
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === 'object') return new data.Dictionary(...Object.entries(value).map(([key, one]) => ({ key, value: toData(one) })));
  if (typeof value === 'number') return new data.NumberData(value);
  return typeof value === 'boolean' ? new data.BooleanData(value) : new data.StringData(value);
}

// `good` is what success() says.
function evaluate(text, contexts, good) {
  const call = (name, value) => ({ name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) });
  const functions = [call('always', true), call('success', good), call('failure', !good), call('cancelled', false)];
  const expression = new Parser(new Lexer(text).lex().tokens, Object.keys(contexts), functions).parse();
  return new Evaluator(expression, toData(contexts), new Map(functions.map((one) => [one.name, one]))).evaluate();
}
const expand = (text, contexts, good) =>
  String(text).replace(/\$\{\{(.*?)\}\}/g, (_, expression) => evaluate(expression.trim(), contexts, good).coerceString());
const expandAll = (map, contexts, good) =>
  Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, expand(value, contexts, good)]));

// A condition without one of these is also about success.
function holds(condition, contexts, good) {
  const text = condition ?? 'success()';
  const whole = /\b(always|success|failure|cancelled)\(/.test(text) ? text : `success() && (${text})`;
  return evaluate(whole.replace(/^\$\{\{|\}\}$/g, ''), contexts, good).coerceString() === 'true';
}

const shells = { bash: ['bash', '--noprofile', '--norc', '-eo', 'pipefail'] };
const inputs = {
  'actions/checkout@v6': [],
  'actions/upload-artifact@v7': ['name', 'path', 'if-no-files-found', 'overwrite'],
  'actions/download-artifact@v8': ['name', 'pattern', 'path', 'merge-multiple'],
  'mikepenz/action-junit-report@v6': ['check_name', 'report_paths', 'require_tests'],
};

// Each gives whether the step passed.
const actions = {
  async 'actions/checkout@v6'(job, run) {
    await git(job.folder, 'clone', '-q', run.origin, '.');
    return true;
  },
  'actions/upload-artifact@v7'(job, run, { name, path: what, ...input }) {
    const names = findFiles(job.folder, what);
    if (names.length === 0) return input['if-no-files-found'] !== 'error';
    // Below the least folder that has them all.
    const root = names.length === 1 && names[0] === what ? path.dirname(what) : what;
    run.artefacts.set(name, { folder: path.join(job.folder, root), names: names.map((one) => path.relative(root, one)) });
    return true;
  },
  'actions/download-artifact@v8'(job, run, { name, pattern, path: where, ...input }) {
    const form = name === undefined ? new RegExp(`^${pattern.replaceAll('*', '.*')}$`) : undefined;
    const chosen = [...run.artefacts].filter(([one]) => (form === undefined ? one === name : form.test(one)));
    for (const [one, { folder, names }] of chosen) {
      const flat = name !== undefined || input['merge-multiple'] === 'true';
      copyFiles(folder, names, path.join(job.folder, where, flat ? '' : one));
    }
    return name === undefined || chosen.length > 0;
  },
  'mikepenz/action-junit-report@v6'(job, run, { report_paths: pattern, require_tests: required }) {
    run.junit = findFiles(job.folder, pattern).map((one) => path.join(job.folder, one));
    return required !== 'true' || run.junit.length > 0;
  },
};

async function runStep(step, job, run, contexts, good) {
  if (step.run === undefined) {
    if (!(step.uses in actions)) throw new Error(`nobody knows the action ${step.uses}`);
    checkKeys(step.uses, step.with, inputs[step.uses]);
    return actions[step.uses](job, run, expandAll(step.with, contexts, good));
  }
  const summary = path.join(newFolder(), 'summary');
  writeFileSync(summary, '');
  const environment = {
    ...run.environment,
    ...expandAll(run.workflow.env, contexts, good),
    ...expandAll(step.env, contexts, good),
    CI: 'true',
    GITHUB_SHA: contexts.github.sha,
    GITHUB_STEP_SUMMARY: summary,
  };
  const shell = shells[run.workflow.defaults.run.shell];
  const { status, out, err } = await runScript(shell, expand(step.run, contexts, good), job.folder, environment);
  run.log += out + err;
  run.annotations.push(...out.split('\n').filter((line) => /^::(error|warning|notice) /.test(line)));
  run.summary += readFileSync(summary, 'utf8');
  return status === 0;
}

async function runJob(definition, run, contexts) {
  const job = { folder: newFolder() };
  let good = true;
  for (const step of definition.steps) {
    if (!holds(step.if, contexts, good)) continue;
    if (!(await runStep(step, job, run, contexts, good))) good = false;
  }
  return { ...job, good };
}

// All jobs of the workflow, in the order of their needs.
export async function runWorkflow(text, { origin, environment, secrets = {} }) {
  const workflow = parse(text);
  const run = { workflow, origin, environment, artefacts: new Map(), annotations: [], junit: [], summary: '', log: '' };
  const passed = {};
  const github = { event_name: 'push', ref: 'refs/heads/main', sha: 'f00d', repository: 'me/emulator', event: {} };
  for (const [id, definition] of Object.entries(workflow.jobs)) {
    const good = [definition.needs ?? []].flat().every((one) => passed[one]);
    if (!holds(definition.if, { github }, good)) continue;
    const [axis, values] = Object.entries(definition.strategy?.matrix ?? { only: [null] })[0];
    const contexts = (value) => ({ github, secrets, vars: {}, matrix: { [axis]: value }, strategy: { 'job-total': values.length } });
    const done = await Promise.all(values.map((value) => runJob(definition, run, contexts(value))));
    passed[id] = done.every((one) => one.good);
  }
  const reports = run.artefacts.get('hubspec-report');
  return { ...run, passed: Object.values(passed).every(Boolean), jobs: passed, out: reports?.folder };
}
