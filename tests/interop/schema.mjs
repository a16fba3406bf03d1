// The printed JSON Schema against an independent validator: it accepts every scenario and refuses mistakes.
// usage: node schema.mjs PATH-OF-HUBSPEC SCENARIO-FOLDER

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import Ajv from 'ajv';
import { parse } from 'yaml';

import { Checks, runProgram } from './hub.mjs';

const [binary, folder] = process.argv.slice(2);
const checks = new Checks();
const text = (await runProgram(binary, ['schema'])).out;
const validate = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false, allErrors: true }).compile(JSON.parse(text));

const scenarios = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
  .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
  .filter((file) => !/[/\\](requirements|openings)[/\\]/.test(file))
  .sort();

await checks.check('it is the one in the tree', () => assert.equal(text, readFileSync(path.join(folder, 'scenario.schema.json'), 'utf8')));

await checks.check(`it accepts all ${scenarios.length} scenarios`, () => {
  assert.ok(scenarios.length >= 60);
  for (const file of scenarios) {
    const good = validate(parse(readFileSync(file, 'utf8')));
    assert.ok(good, `${file}: ${JSON.stringify(validate.errors, null, 1)}`);
  }
});

const good = () => parse(readFileSync(path.join(folder, 'reported/patch-is-answered-204.yaml'), 'utf8'));
const mistakes = {
  'an unknown key': (one) => (one.titel = 'x'),
  'a missing title': (one) => delete one.title,
  'a number for a title': (one) => (one.title = 5),
  'an empty list of steps': (one) => (one.steps = []),
  'a misspelt speaker': (one) => one.steps.push({ devise: { connect: {} } }),
  'a misspelt verb': (one) => one.steps.push({ device: { conect: {} } }),
  'a misspelt field': (one) => one.steps.push({ device: { connect: { cleansession: true } } }),
  'a wrong type': (one) => one.steps.push({ device: { connect: { clean_session: 'yes' } } }),
  'a number out of range': (one) => one.steps.push({ device: { subscribe: { filter: 'x', qos: 3 } } }),
  'a window that is no duration': (one) => (one.steps[3].within = '5 seconds'),
  'two payloads': (one) => (one.steps[2].device.publish.payload = 'x'),
  'two speakers': (one) => (one.steps[3].device = { disconnect: {} }),
  'no speaker': (one) => one.steps.push({ within: '5s' }),
  'a comparison that is none': (one) => one.steps.push({ hub: { publish: { qos: { atmost: 1 } } } }),
  'an action among expectations': (one) => one.steps.push({ never: { device: { connect: {} } }, for: '5s' }),
  'a requirement that is no id': (one) => (one.verifies = ['reported 11']),
};
for (const [name, make] of Object.entries(mistakes)) {
  await checks.check(`it refuses ${name}`, () => {
    const scenario = good();
    make(scenario);
    assert.equal(validate(scenario), false);
  });
}
checks.finish();
