// Jobs of Kubernetes, done: their pods with an index, files and variables from config maps, a volume that they share.

import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { parseAllDocuments } from 'yaml';

import { checkKeys, findFiles, git, newFolder, runScript } from './job.mjs';

const known = {
  job: ['apiVersion', 'kind', 'metadata', 'spec'],
  spec: ['completionMode', 'completions', 'parallelism', 'backoffLimit', 'template'],
  pod: ['restartPolicy', 'containers', 'volumes'],
  container: ['name', 'image', 'workingDir', 'envFrom', 'command', 'args', 'volumeMounts'],
};

// The one container of a job, with all that it names there to be found.
function containerOf(job, documents) {
  const pod = job.spec.template.spec;
  checkKeys('a job', job, known.job);
  checkKeys('the spec of a job', job.spec, known.spec);
  checkKeys('a pod', pod, known.pod);
  const [container] = pod.containers;
  checkKeys('a container', container, known.container);
  for (const { name } of container.volumeMounts)
    if (!pod.volumes.some((one) => one.name === name)) throw new Error(`there is no volume ${name}`);
  for (const { persistentVolumeClaim: claim } of pod.volumes)
    if (claim !== undefined) named(documents, 'PersistentVolumeClaim', claim.claimName);
  return container;
}

function named(documents, kind, name) {
  const found = documents.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

// One pod: whether it came to a good end.
async function runPod(container, run, index) {
  const environment = { ...run.environment };
  for (const { configMapRef, secretRef } of container.envFrom)
    Object.assign(environment, secretRef === undefined ? named(run.documents, 'ConfigMap', configMapRef.name).data : run.secrets);
  if (index !== undefined) environment.JOB_COMPLETION_INDEX = String(index);
  environment.WAIT = run.wait;
  const files = newFolder();
  await git(files, 'clone', '-q', run.origin, '.');
  const places = { '/files': files, '/results': run.results };
  const script = container.args[0].replaceAll(/(?<!\w)\/(files|results)\b/g, (place) => places[place]);
  const { status, out, err } = await runScript(container.command.slice(0, -1), script, places[container.workingDir], environment);
  run.log += out + err;
  return status === 0;
}

// `loses`: of these shards the results are lost.
export async function runJobs(text, { origin, environment, secrets = {}, wait = '0.01', loses = [] }) {
  const documents = parseAllDocuments(text).map((one) => {
    if (one.errors.length > 0) throw one.errors[0];
    return one.toJS();
  });
  const run = { documents, origin, environment, secrets, wait, results: newFolder(), log: '' };
  const [shards, report] = ['hubspec-shard', 'hubspec-report'].map((name) => named(documents, 'Job', name));
  if (shards.spec.completionMode !== 'Indexed') throw new Error('pods have no index');
  const container = containerOf(shards, documents);
  const indexes = Array.from({ length: shards.spec.completions }, (_, i) => i).filter((one) => !loses.includes(one));
  const ended = await Promise.all(indexes.map((index) => runPod(container, run, index)));
  const whole = await runPod(containerOf(report, documents), run);
  const out = path.join(run.results, named(documents, 'ConfigMap', 'hubspec').data.RUN, 'out');
  mkdirSync(out, { recursive: true });
  const junit = findFiles(out, 'junit-reports/TEST-*.xml').map((one) => path.join(out, one));
  return { passed: whole && ended.every(Boolean), shardsPassed: ended.every(Boolean), log: run.log, junit, out };
}
