// CQL -> ELM for a whole set of libraries at once, by the official translator.
// In (stdin): {packages: folder with node_modules, libraries: [{name, version, text}], compile: [name],
//   options: [name], signatureLevel}
// Out (stdout): {results: [{name, version, elm, messages: [{severity, message}]}]}
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// The translator logs to standard output, which belongs to the result.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;

const request = JSON.parse(readFileSync(0, 'utf8'));
const require = createRequire(pathToFileURL(request.packages + '/package.json'));
const imported = (name) => import(pathToFileURL(require.resolve(name)));
const cql = await import(pathToFileURL(request.packages + '/node_modules/@cqframework/cql/cql-to-elm.mjs'));
const { SystemModelInfoProvider } = await import(pathToFileURL(request.packages + '/node_modules/@cqframework/cql/cql.mjs'));
const ucum = (await imported('@lhncbc/ucum-lhc')).default.UcumLhcUtils.getInstance();
const modelInfoFolder = request.packages + '/node_modules/cql-exec-fhir/lib/modelInfos/';

// The translator asks for unit arithmetic only when it folds constants; validity is all that our content needs.
const unitService = cql.createUcumService(
  (value, from, to) => {
    const converted = ucum.convertUnitTo(from, Number(value), to);
    if (converted.status !== 'succeeded') throw new Error(`cannot convert ${from} to ${to}`);
    return String(converted.toVal);
  },
  (unit) => {
    const found = ucum.validateUnitString(unit);
    return found.status === 'valid' ? null : `unknown UCUM unit '${unit}'`;
  },
  () => { throw new Error('unit multiplication is not supported while translating'); },
  () => { throw new Error('unit division is not supported while translating'); },
);

const sources = new Map(request.libraries.map((library) => [library.name, library]));
const models = new cql.ModelManager();
models.modelInfoLoader.registerModelInfoProvider(new SystemModelInfoProvider());
models.modelInfoLoader.registerModelInfoProvider(cql.createModelInfoProvider((id, system, version) =>
  id === 'FHIR' && (version ?? '4.0.1') === '4.0.1'
    ? cql.stringAsSource(readFileSync(modelInfoFolder + 'fhir-modelinfo-4.0.1.xml', 'utf8'))
    : null));

const options = new cql.CqlCompilerOptions();
options.setOptions(request.options.map((name) => cql.CqlCompilerOptions.Options.valueOf(name)));
options.signatureLevel = cql.LibraryBuilder.SignatureLevel.valueOf(request.signatureLevel);
const libraries = new cql.LibraryManager(models, options, undefined, unitService);
libraries.librarySourceLoader.registerProvider(cql.createLibrarySourceProvider((id, system, version) => {
  const source = sources.get(id);
  return source && (!version || version === source.version) ? cql.stringAsSource(source.text) : null;
}));

// Places are in the ELM's own annotations; these messages matter where there is no ELM.
const message = (exception) => ({ severity: exception.severity.name, message: exception.message });

function translated(name) {
  try {
    const translator = cql.CqlTranslator.fromText(sources.get(name).text, libraries);
    const messages = translator.exceptions.asJsReadonlyArrayView().map(message);
    const identifier = translator.toELM()?.identifier;
    // Libraries come in dependency order: kept here, an included one is translated once, not once for each includer.
    if (identifier?.id && messages.every(({ severity }) => severity !== 'Error'))
      libraries.compiledLibraries.asJsMapView().set(identifier, translator.translatedLibrary);
    return { name, elm: translator.toJson(), messages };
  } catch (error) {
    return { name, elm: null, messages: [{ severity: 'Error', message: String(error?.message ?? error) }] };
  }
}

write(JSON.stringify({ results: request.compile.map(translated) }));
