// A declarative Jenkinsfile, read as far as ours goes, and done: matrix, environment, sh, catchError, stash, post.

import path from 'node:path';

import { copyFiles, findFiles, git, newFolder, runScript } from './job.mjs';

// Text becomes a tree: {head, body} for "head {...}", {head} for a line; strings and comments are looked through.
export function parseJenkinsfile(text) {
  const token = /\/\/[^\n]*|'''[\s\S]*?'''|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|[{}\n]|[^{}\n'"/]+|\//g;
  const root = { head: '', body: [] };
  const open = [root];
  let head = '';
  const end = () => {
    if (head.trim() !== '') open.at(-1).body.push({ head: head.trim() });
    head = '';
  };
  for (const [piece] of text.matchAll(token)) {
    if (piece.startsWith('//')) continue;
    if (piece === '{') {
      const block = { head: head.trim(), body: [] };
      head = '';
      open.at(-1).body.push(block);
      open.push(block);
    } else if (piece === '}') {
      end();
      open.pop();
      if (open.length === 0) throw new Error('a } too many');
    } else if (piece === '\n') end();
    else head += piece;
  }
  end();
  if (open.length !== 1) throw new Error(`"${open.at(-1).head}" is not closed`);
  return root;
}

const find = (block, head) => block?.body.find((one) => one.head === head);
const unescape = (text) => text.replace(/\\([\s\S])/g, '$1');
// The strings of a line; those in double quotes with ${name} filled in.
function strings(line, names = {}) {
  const form = /'''([\s\S]*?)'''|'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"/g;
  return [...line.matchAll(form)].map(([, long, short, double]) =>
    double === undefined ? unescape(long ?? short) : unescape(double).replace(/\$\{(\w+)\}/g, (_, name) => names[name]),
  );
}

// NAME = 'text' or credentials('id').
function environmentOf(block, secrets) {
  const found = {};
  for (const { head } of find(block, 'environment')?.body ?? []) {
    const [, name, value] = /^(\w+) = (.*)$/.exec(head);
    const id = /^credentials\((.*)\)$/.exec(value);
    found[name] = id === null ? strings(value)[0] : secrets[strings(id[1])[0]];
    if (found[name] === undefined) throw new Error(`no credential for ${name}`);
  }
  return found;
}

// Steps in order; the first that fails ends them. Gives whether they passed.
async function runSteps(body, job, run, names = {}) {
  for (const step of body) if (!(await runStep(step, job, run, names))) return false;
  return true;
}

async function runStep(step, job, run, names) {
  const known = { ...job.environment, ...names };
  if (/^sh '/.test(step.head)) {
    const environment = { ...run.environment, ...job.environment };
    const { status, out, err } = await runScript(['sh', '-xe'], strings(step.head)[0], job.folder, environment);
    run.log += out + err;
    return status === 0;
  }
  if (step.head === "catchError(buildResult: 'FAILURE', stageResult: 'FAILURE')") {
    if (!(await runSteps(step.body, job, run, names))) run.passed = false;
    return true;
  }
  if (step.head === 'script') return runSteps(step.body, job, run, names);
  const loop = /^for \(int (\w+) = 1; \1 <= (\w+)\.toInteger\(\); \1\+\+\)$/.exec(step.head);
  if (loop !== null) {
    for (let i = 1; i <= Number(known[loop[2]]); i++)
      if (!(await runSteps(step.body, job, run, { ...names, [loop[1]]: i }))) return false;
    return true;
  }
  const [verb] = step.head.split(' ');
  const files = strings(step.head, known);
  if (verb === 'stash') return stash(run, job, files, step.head.includes('allowEmpty: true'));
  if (verb === 'unstash') return unstash(run, job, files[0]);
  if (verb === 'junit') return (run.junit = findFiles(job.folder, files[0]).map((one) => path.join(job.folder, one))).length > 0;
  if (verb === 'archiveArtifacts') return (run.archived = findFiles(job.folder, files[0])).length > 0;
  throw new Error(`nobody knows the step ${step.head}`);
}

function stash(run, job, [name, pattern], allowEmpty) {
  const names = findFiles(job.folder, pattern);
  run.stashes.set(name, { folder: job.folder, names });
  return names.length > 0 || allowEmpty;
}

function unstash(run, job, name) {
  const found = run.stashes.get(name);
  if (found !== undefined) copyFiles(found.folder, found.names, job.folder);
  return found !== undefined;
}

async function runStage(stage, run, outer) {
  const job = { folder: newFolder(), environment: { ...outer, ...environmentOf(stage, run.secrets) } };
  const options = find(stage, 'options')?.body ?? [];
  if (!options.some((one) => one.head === 'skipDefaultCheckout()')) await git(job.folder, 'clone', '-q', run.origin, '.');
  if (!(await runSteps(find(stage, 'steps').body, job, run))) run.passed = run.goesOn = false;
  if (!(await runSteps(find(find(stage, 'post'), 'always').body, job, run))) run.passed = run.goesOn = false;
  run.folder = job.folder;
}

async function runMatrix(matrix, run, outer) {
  const axis = find(find(matrix, 'axes'), 'axis').body;
  const [name] = strings(axis.find((one) => one.head.startsWith('name ')).head);
  const values = strings(axis.find((one) => one.head.startsWith('values ')).head);
  const stages = find(matrix, 'stages').body;
  if (stages.length !== 1) throw new Error('one stage is known in a matrix');
  await Promise.all(values.map((value) => runStage(stages[0], run, { ...outer, [name]: value })));
}

export async function runPipeline(text, { origin, environment, secrets = {} }) {
  const pipeline = find(parseJenkinsfile(text), 'pipeline');
  const run = { origin, environment, secrets, passed: true, goesOn: true, stashes: new Map(), junit: [], archived: [], log: '' };
  for (const stage of find(pipeline, 'stages').body) {
    if (!run.goesOn) break;
    const matrix = find(stage, 'matrix');
    const outer = environmentOf(pipeline, secrets);
    await (matrix === undefined ? runStage(stage, run, outer) : runMatrix(matrix, run, outer));
  }
  return { ...run, out: run.archived.length > 0 ? path.join(run.folder, 'out') : undefined };
}
