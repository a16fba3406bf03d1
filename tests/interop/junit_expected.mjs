// What a reader of the JUnit file must find, made from the stored result alone.

import path from 'node:path';

const controls = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
// Text as it stands in a report: one line, controls visible, nothing that a reader takes for an order.
export const shown = (text) =>
  text
    .replace(/[\u0000-\u001f\u007f]/g, (c) => controls[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(/\[\[(ATTACHMENT|PROPERTY)\|/g, '[ [$1|');

const ranks = ['not applicable', 'pass', 'expected failure', 'warn', 'inconclusive', 'error', 'fail'];
const worst = (verdicts) => verdicts.reduce((one, other) => (ranks.indexOf(one) >= ranks.indexOf(other) ? one : other), 'not applicable');

// Names have 512 bytes at most; what tells a case from its sisters stands at the end and is kept.
function cut(text, most) {
  let end = Math.min(most, Buffer.byteLength(text));
  const bytes = Buffer.from(text);
  while (end < bytes.length && (bytes[end] & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}
function nameOf(scenario, title, rest = '') {
  const end = cut(shown(rest), 256);
  return cut(shown(`${scenario} ${title}`), 512 - Buffer.byteLength(end)) + end;
}

const suiteOf = (scenario) => `iothub.${scenario.slice(0, scenario.lastIndexOf('/')).replaceAll('/', '.')}`;

// A test and what is known of it: {scenario, name, verdict, reason, findings, file}.
function byScenario(run) {
  return run.cases.map((one) => ({ ...one, name: nameOf(one.scenario, one.title, one.name.slice(one.scenario.length)) }));
}

function byStep(run) {
  return run.cases.flatMap((one) => {
    const named = (title) => nameOf(one.scenario, title, one.name.slice(one.scenario.length));
    const tests = one.verdict === 'not applicable' ? [] : one.steps.flatMap((step, index) => {
      const findings = one.findings.filter((finding) => finding.step === index);
      if (!step.isCheck && findings.length === 0) return [];
      const verdict = worst([step.state === 'not run' ? 'not applicable' : 'pass', ...findings.map((finding) => finding.verdict)]);
      const reason = verdict === 'not applicable' ? 'not run: the case ended before this step' : one.reason;
      return [{ ...one, name: named(`step ${index + 1}: ${step.text.replace(/^- /, '')}`), verdict, reason, findings }];
    });
    const verdicts = tests.map((test) => test.verdict);
    const explained = tests.length > 0 && worst(verdicts) === worst([one.verdict, ...verdicts]);
    return explained ? tests : [...tests, { ...one, name: named(one.title) }];
  });
}

function byRequirement(run) {
  const ids = [...new Set(run.cases.flatMap((one) => one.requirements))].sort();
  return ids.map((id) => {
    const scenario = `requirements/${id.slice(0, id.lastIndexOf('-'))}/${id}`;
    const test = { scenario, file: 'scenarios/requirements', verdict: 'not applicable', reason: '', findings: [] };
    for (const one of run.cases.filter((other) => other.requirements.includes(id))) {
      const findings = one.findings.filter((finding) => finding.requirements.length === 0 || finding.requirements.includes(id));
      const own = one.findings.length === 0 ? one.verdict : ranks[Math.min(ranks.indexOf(one.verdict), ranks.indexOf('pass'))];
      const verdict = worst([own, ...findings.map((finding) => finding.verdict)]);
      if (worst([verdict, test.verdict]) === verdict && one.reason !== '') test.reason = one.reason;
      test.verdict = worst([test.verdict, verdict]);
      test.findings.push(...findings);
    }
    const text = run.requirements.find((one) => one.id === id)?.text ?? id;
    return { ...test, name: nameOf(test.scenario, text) };
  });
}

// {suite, name, outcome: passed, failed, errored or skipped, message} of one test.
function seen(test, run) {
  const named = { suite: suiteOf(test.scenario), name: test.name, file: test.file };
  const skipped = (what) => ({ ...named, outcome: 'skipped', message: shown(`${what}: ${test.reason || 'no reason was recorded'}`) });
  if (test.verdict === 'not applicable' || test.verdict === 'expected failure') return skipped(test.verdict);
  if (test.verdict === 'error' && test.reason === run.setupFailure) return skipped('did not run');
  const cause = test.findings.find((finding) => finding.verdict === test.verdict)?.summary || test.reason;
  const placed = shown(cause.startsWith(test.file) ? cause : `${test.file}: ${cause}`);
  if (test.verdict === 'fail') return { ...named, outcome: 'failed', message: placed };
  if (test.verdict === 'error' || test.verdict === 'inconclusive') return { ...named, outcome: 'errored', message: placed };
  return { ...named, outcome: 'passed', message: undefined };
}

// What did not run because its target could not be reached is skipped; one error for each suite says so.
function withSetup(tests, run) {
  const suites = new Map();
  for (const test of tests.filter((one) => one.message?.startsWith('did not run: ') && one.outcome === 'skipped'))
    if (!suites.has(test.suite)) {
      const message = shown(`${path.dirname(test.file)}: ${run.setupFailure}`);
      suites.set(test.suite, { suite: test.suite, name: `[setup] ${test.suite}`, outcome: 'errored', message });
    }
  return [...tests, ...suites.values()].map(({ file, ...one }) => one);
}

export function expectedOf(run, granularity) {
  const tests = { scenario: byScenario, step: byStep, requirement: byRequirement }[granularity](run);
  return withSetup(tests.map((test) => seen(test, run)), run);
}
