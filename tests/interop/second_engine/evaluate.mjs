// Evaluates compiled CQL with cql-execution: {libraries, main, valueSets, parameters, at, patients} on stdin,
// one object of results for each patient on stdout. What is not JSON there is written as text.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(`${process.argv[2]}/`);
const cql = require('cql-execution');
const fhir = require('cql-exec-fhir');

const asked = JSON.parse(readFileSync(0, 'utf8'));

const valueSets = {};
for (const [url, codes] of Object.entries(asked.valueSets)) {
  valueSets[url] = { '': codes.map(([system, code]) => ({ system, code, version: '' })) };
}

function plain(value) {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object') return value;
  if (value.isQuantity) return { quantity: value.value, unit: value.unit };
  if (value.isDateTime || value.isDate) return { date: value.toString() };
  if (value.isInterval) return { interval: [plain(value.low), plain(value.high)] };
  return { object: true };
}

async function evaluate() {
  const repository = new cql.Repository(asked.libraries);
  const main = asked.libraries.find((each) => each.library.identifier.id === asked.main);
  const library = new cql.Library(main, repository);
  const executor = new cql.Executor(library, new cql.CodeService(valueSets), asked.parameters);
  const now = cql.DateTime.fromJSDate(new Date(asked.at), 0);
  const results = [];
  const begin = process.cpuUsage();
  for (const bundle of asked.patients) {
    const source = fhir.PatientSource.FHIRv401();
    source.loadBundles([bundle]);
    try {
      const done = await executor.exec(source, now);
      const values = Object.values(done.patientResults)[0] ?? {};
      results.push(Object.fromEntries(Object.entries(values).filter(([name]) => name !== 'Patient').map(([name, value]) => [name, plain(value)])));
    } catch (error) {
      results.push({ error: String(error.message).slice(0, 300) });
    }
  }
  const used = process.cpuUsage(begin);
  const seconds = (used.user + used.system) / 1e6;
  const rss = process.resourceUsage().maxRSS;
  process.stdout.write(JSON.stringify({ seconds, maxRSS: rss, results }));
}

await evaluate();
