// Readers of JUnit XML that people use, on results with every verdict, in both flavours and each granularity: names, counts
// and messages are those of the stored result.
// usage: node junit_readers.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'junit2json';
import merger from 'junit-report-merger';
import { convertJUnitToCTRFReport } from 'junit-to-ctrf';
import testResults from 'test-results-parser';

import { Checks, newFolder, runProgram, startHub } from './hub.mjs';
import { expectedOf } from './junit_expected.mjs';

const binary = process.argv[2];
const checks = new Checks();
const folder = newFolder();
const file = (name) => path.join(folder, name);

const scenario = (title, more, last) =>
  `title: ${JSON.stringify(title)}\nverifies: [TWIN-01]\n${more}steps:\n  - device: {connect: {}}\n` +
  '  - device: {subscribe: {filter: "$iothub/twin/res/#", qos: 0}}\n' +
  `  - device: {publish: {topic: "$iothub/twin/GET/?$rid={{rid}}"}}\n  - hub: ${last}\n`;
const answered = '{publish: {topic: "$iothub/twin/res/200/?$rid={{rid}}"}}';
const unmet = (payload) => `{publish: {topic: "$iothub/twin/res/204/?$rid={{rid}}", payload: ${JSON.stringify(payload)}}}`;
const odd = ' <b> &amp; ]]> <![CDATA[ "double" \'single\' \u001b[31m \u0007 🙂 é [[ATTACHMENT|/etc/passwd]] [[PROPERTY|level=may]]';
const scenarios = {
  'odd/hostile.yaml': scenario(`Text that is more than text:${odd}`, '', unmet(odd)),
  'odd/long.yaml': scenario(`A title that is long: ${'très '.repeat(150)}`, 'over: {transport: [tls, wss]}\n', answered),
  'odd/basic.yaml': scenario('Only where the tier is basic', 'applies: target.tier == basic\n', answered),
};

// Runs that have between them each verdict, merged.
async function makeResults() {
  mkdirSync(file('scenarios/odd'), { recursive: true });
  for (const [name, text] of Object.entries(scenarios)) writeFileSync(file(`scenarios/${name}`), text);
  const known = (match, reason) => `- {match: "reported/patch-is${match}", reason: "${reason}"}\n`;
  writeFileSync(file('known.yaml'), known('*tls*', 'being mended') + known('*wss*auth=sas*', '<mended> & gone'));
  writeFileSync(file('key.txt'), Buffer.alloc(32, 7).toString('base64'));
  const identities = 'identities: [{id: d1, key: {file: key.txt}}, {id: d2, key: {file: key.txt}}]';
  writeFileSync(file('nobody.yaml'), `host: hub.example\naddress: 127.0.0.1\nports: {mqtt: 1}\n${identities}\n`);
  const hub = await startHub(binary);
  const ports = `{mqtt: ${hub.mqttPort}, https: ${hub.httpsPort}, amqp: ${hub.amqpPort}}`;
  const budget = 'service: {connection_string: {env: POOR}}\nbudget: {messages: 1}';
  writeFileSync(file('poor.yaml'), `address: ${hub.address}\nports: ${ports}\nca: ${hub.caFile}\n${budget}\n`);
  process.env.POOR = hub.serviceConnectionString;
  const broken = ['--deviation', 'reported-patch-answers-200'];
  const runs = {
    odd: [file('scenarios')],
    broken: ['--match', 'reported/patch-is*auth=x509*', ...broken],
    mended: ['--match', 'reported/patch-is*', '--baseline', file('known.yaml')],
    known: ['--match', 'reported/patch-is*tls*', '--baseline', file('known.yaml'), ...broken],
    documented: ['--match', 'cloud_to_device/no-leading*', '--match', 'session/clean-session-one*', '--profile', 'documented'],
    nobody: ['--match', 'telemetry/re*', '--target', file('nobody.yaml')],
    poor: ['--match', 'telemetry/slash*', '--target', file('poor.yaml')],
  };
  for (const [name, options] of Object.entries(runs)) {
    const { status, err } = await runProgram(binary, ['run', '-q', '--report', `json:${file(`${name}.json`)}`, ...options]);
    if (status > 2) throw new Error(`${name}: ${err}`);
  }
  await hub.stop();
  await runProgram(binary, ['report', ...Object.keys(runs).map((name) => file(`${name}.json`)), '--report', `json:${file('all.json')}`]);
  return JSON.parse(readFileSync(file('all.json')));
}

const run = await makeResults();
// Attempts that came before the last, as --retry leaves them.
run.cases.find((one) => one.verdict === 'pass').earlierAttempts = ['connection <reset>'];
run.cases.find((one) => one.verdict === 'inconclusive').earlierAttempts = ['throttled', 'throttled & again'];
writeFileSync(file('all.json'), JSON.stringify(run));

await checks.check('the results have every verdict', () => {
  const verdicts = ['pass', 'fail', 'error', 'warn', 'inconclusive', 'not applicable', 'expected failure'];
  assert.deepEqual(verdicts.filter((one) => !run.cases.some(({ verdict }) => verdict === one)), []);
  assert.ok(run.cases.some((one) => one.findings.some((finding) => finding.type === 'baseline.stale')));
});

const outcomes = ['passed', 'failed', 'errored', 'skipped'];
const countsOf = (tests) => Object.fromEntries(outcomes.map((one) => [one, tests.filter((test) => test.outcome === one).length]));
const sorted = (tests) => [...tests].sort((one, other) => (one.name < other.name ? -1 : 1));
// What readers know that do not tell an error from a failure, nor why a test was skipped.
const plainly = (tests) =>
  sorted(tests).map(({ outcome, message, ...one }) => ({
    ...one,
    outcome: outcome === 'errored' ? 'failed' : outcome,
    message: outcome === 'failed' || outcome === 'errored' ? message : undefined,
  }));

const ends = { failure: 'failed', error: 'errored', skipped: 'skipped' };
function fromJunit2json(document) {
  return document.testsuite.flatMap((suite) =>
    suite.testcase.map((one) => {
      const found = Object.keys(ends).filter((end) => one[end] !== undefined);
      assert.ok(found.length <= 1, one.name);
      return { suite: suite.name, name: one.name, outcome: ends[found[0]] ?? 'passed', message: one[found[0]]?.[0].message };
    }),
  );
}

async function checkJunit2json(text, expected) {
  const document = await parse(text);
  assert.deepEqual(sorted(fromJunit2json(document)), sorted(expected));
  const counts = countsOf(expected);
  assert.deepEqual([document.tests, document.failures, document.errors], [expected.length, counts.failed, counts.errored]);
  for (const suite of document.testsuite) {
    const own = countsOf(expected.filter((one) => one.suite === suite.name));
    assert.deepEqual([suite.failures, suite.errors, suite.skipped], [own.failed, own.errored, own.skipped], suite.name);
  }
}

// It decodes messages twice. Its totals of the file take skipped tests for passed, those of the suites do not.
async function checkTestResultsParser(name, tests) {
  const expected = tests.map((one) => ({ ...one, message: one.message?.replaceAll('&amp;', '&') }));
  const { suites, ...result } = testResults.parse({ type: 'junit', files: [name] });
  const words = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' };
  const found = suites.flatMap((suite) =>
    suite.cases.map(({ name: title, status, failure }) => ({
      suite: suite.name,
      name: title,
      outcome: words[status],
      message: status === 'FAIL' ? failure : undefined,
    })),
  );
  assert.deepEqual(sorted(found), plainly(expected));
  assert.deepEqual([result.failed, result.errors], [countsOf(expected).failed, countsOf(expected).errored]);
  for (const suite of suites) {
    const own = countsOf(expected.filter((one) => one.suite === suite.name));
    assert.deepEqual([suite.passed, suite.failed, suite.errors, suite.skipped], outcomes.map((one) => own[one]), suite.name);
    // In either flavour each test has its properties; text from elsewhere is none, and no attachment.
    for (const one of suite.cases) assert.ok(one.metadata.verdict !== undefined && one.metadata.level !== 'may', one.name);
    assert.deepEqual(suite.cases.flatMap((one) => one.attachments), []);
  }
}

// It takes what UTF-16 writes in two for broken.
// Gives the attempts that it knows of, [outcome, [message...]] for each test that has some.
async function checkCtrf(name, tests) {
  const blur = (text) => text?.replaceAll('🙂', '\ufffd\ufffd');
  const expected = tests.map((one) => ({ ...one, name: blur(one.name), message: blur(one.message) }));
  const { results } = await convertJUnitToCTRFReport(name, {});
  const found = results.tests.map(({ suite, name: title, status, message }) => ({
    suite: suite[0],
    name: title,
    outcome: status,
    message: status === 'failed' ? message : undefined,
  }));
  assert.deepEqual(sorted(found), plainly(expected));
  const counts = countsOf(expected);
  const { passed, failed, skipped } = results.summary;
  assert.deepEqual([passed, failed, skipped], [counts.passed, counts.failed + counts.errored, counts.skipped]);
  const retried = results.tests.filter((one) => one.retries > 0);
  return retried.map((one) => [one.status, one.retryAttempts.map((attempt) => attempt.message)]).sort();
}

// The file of each suite, merged by another program, which writes "&amp;amp;" as "&amp;".
async function checkMerger(names, tests) {
  const blur = (text) => text?.replaceAll('&amp;', '&');
  const expected = tests.map((one) => ({ ...one, name: blur(one.name), message: blur(one.message) }));
  const merged = await merger.mergeToString(names.map((name) => readFileSync(name, 'utf8')));
  await checkJunit2json(merged, expected);
}

async function checkJunitparser(name, expected) {
  const { status, out, err } = await runProgram('/usr/bin/python3', [fileURLToPath(new URL('junit_readers.py', import.meta.url)), name]);
  assert.equal(status, 0, err);
  const { cases, ...counts } = JSON.parse(out);
  assert.deepEqual(sorted(cases), sorted(expected.map((one) => ({ ...one, message: one.message ?? null }))));
  const { failed, errored, skipped } = countsOf(expected);
  assert.deepEqual(counts, { tests: expected.length, failures: failed, errors: errored, skipped });
}

// Some readers look two levels deep, keep the first of two tests with one name, or refuse a long one.
async function checkShape(text) {
  const { testsuite } = await parse(text);
  assert.ok(testsuite.every((suite) => suite.testsuite === undefined && suite.testcase.length > 0));
  const all = testsuite.flatMap((suite) => suite.testcase);
  assert.equal(new Set(all.map((one) => `${one.classname} ${one.name}`)).size, all.length);
  assert.equal(new Set(all.map((one) => one.name)).size, all.length);
  assert.ok(all.every((one) => one.name.length > 0 && Buffer.byteLength(one.name) <= 512 && one.classname.length > 0));
  // What came over the wire gives no orders: "[[ATTACHMENT|...]]" on a line of its own is one to fetch a file.
  assert.ok(!all.some((one) => one['system-out']?.some((out) => out.includes('[[ATTACHMENT|'))));
}

const retried = [
  ['failed', ['attempt 1: throttled', 'attempt 2: throttled & again']],
  ['passed', ['attempt 1: connection <reset>']],
];
for (const granularity of ['scenario', 'step', 'requirement'])
  for (const flavour of ['rich', 'strict']) {
    const label = `${granularity}, ${flavour}`;
    const name = file(`${granularity}-${flavour}.xml`);
    const each = file(`${granularity}-${flavour}/`);
    const options = ['--junit-granularity', granularity, '--junit-flavor', flavour, '--report', `junit:${name}`, '--report', `junit:${each}`];
    const { status, err } = await runProgram(binary, ['report', file('all.json'), ...options]);
    const text = readFileSync(name, 'utf8');
    const expected = expectedOf(run, granularity);
    await checks.check(`${label}: the file is written, and the status is that of a failure`, () => assert.equal(status, 1, err));
    await checks.check(`${label}: there are tests of each outcome`, () => assert.ok(Object.values(countsOf(expected)).every((count) => count > 0)));
    await checks.check(`${label}: junit2json`, () => checkJunit2json(text, expected));
    await checks.check(`${label}: test-results-parser`, () => checkTestResultsParser(name, expected));
    await checks.check(`${label}: junit-to-ctrf`, async () => {
      const attempts = await checkCtrf(name, expected);
      assert.deepEqual(attempts, flavour === 'rich' && granularity !== 'requirement' ? retried : []);
    });
    await checks.check(`${label}: junit-report-merger`, () => checkMerger(readdirSync(each).map((one) => path.join(each, one)), expected));
    await checks.check(`${label}: junitparser`, () => checkJunitparser(name, expected));
    await checks.check(`${label}: two levels, no name twice, none too long`, () => checkShape(text));
  }

if (process.env.HUBSPEC_KEEP) console.log(`kept: ${folder}`);
else rmSync(folder, { recursive: true });
checks.finish();
