import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.parser.LenientErrorHandler;
import ca.uhn.fhir.repository.IRepository;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.IdType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Resource;
import org.opencds.cqf.fhir.cql.EvaluationSettings;
import org.opencds.cqf.fhir.cql.engine.retrieve.RetrieveSettings.SEARCH_FILTER_MODE;
import org.opencds.cqf.fhir.cql.engine.retrieve.RetrieveSettings.TERMINOLOGY_FILTER_MODE;
import org.opencds.cqf.fhir.cql.engine.terminology.TerminologySettings.VALUESET_EXPANSION_MODE;
import org.opencds.cqf.fhir.cr.CrSettings;
import org.opencds.cqf.fhir.cr.plandefinition.PlanDefinitionProcessor;
import org.opencds.cqf.fhir.utility.monad.Eithers;
import org.opencds.cqf.fhir.utility.repository.InMemoryFhirRepository;

/**
 * The reference $apply over many patients in one JVM: Reference CONTENT CALLS, one line of JSON for each call.
 * CALLS has lines {"operation", "definition", "subject", "data": Bundle, "parameters": Parameters}.
 */
public class Reference {
  static final FhirContext R4 = FhirContext.forR4Cached();
  static final IRepository SAME = null; // a typed null: content, terminology and data come from the one repository

  static IParser parser() {
    return R4.newJsonParser().setParserErrorHandler(new LenientErrorHandler(false));
  }

  static void put(InMemoryFhirRepository repository, Bundle bundle) {
    for (var entry : bundle.getEntry()) {
      Resource resource = entry.getResource().copy(); // what is stored is changed by $apply: a Questionnaire gets a longer id each time
      resource.setId(new IdType(resource.fhirType(), resource.getIdElement().getIdPart()));
      repository.update(resource, Map.of());
    }
  }

  /** One object for all calls: a fresh one would compile the CQL again each time. */
  static EvaluationSettings settings() {
    var settings = EvaluationSettings.getDefault();
    settings.getRetrieveSettings()
        .setSearchParameterMode(SEARCH_FILTER_MODE.FILTER_IN_MEMORY)
        .setTerminologyParameterMode(TERMINOLOGY_FILTER_MODE.FILTER_IN_MEMORY);
    settings.getTerminologySettings().setValuesetExpansionMode(VALUESET_EXPANSION_MODE.PERFORM_NAIVE_EXPANSION);
    return settings;
  }

  static Resource apply(InMemoryFhirRepository repository, CrSettings settings, String operation, String plan, String subject, Parameters parameters) {
    var processor = new PlanDefinitionProcessor(repository, settings);
    var id = Eithers.<org.hl7.fhir.instance.model.api.IPrimitiveType<String>, org.hl7.fhir.instance.model.api.IIdType, org.hl7.fhir.r4.model.PlanDefinition>forMiddle3(new IdType(plan));
    if (operation.equals("$apply"))
      return (Resource) processor.apply(id, subject, null, null, null, null, null, null, null, null, parameters, true, null, null, SAME, SAME, SAME);
    var made = processor.applyR5(id, List.of(subject), null, null, null, null, null, null, null, null, parameters, true, null, null, SAME, SAME, SAME);
    return ((Parameters) made).getParameterFirstRep().getResource();
  }

  public static void main(String[] arguments) throws Exception {
    var mapper = new ObjectMapper();
    var content = (Bundle) parser().parseResource(Files.readString(Path.of(arguments[0])));
    var settings = CrSettings.getDefault().withEvaluationSettings(settings());
    try (var calls = Files.lines(Path.of(arguments[1]))) {
      for (String line : (Iterable<String>) calls::iterator) {
        var call = mapper.readTree(line);
        var answer = mapper.createObjectNode();
        long begun = System.nanoTime();
        try {
          var repository = new InMemoryFhirRepository(R4);
          put(repository, content);
          put(repository, (Bundle) parser().parseResource(call.get("data").toString()));
          var parameters = (Parameters) parser().parseResource(call.get("parameters").toString());
          begun = System.nanoTime();
          var made = apply(repository, settings, call.get("operation").asText(), call.get("definition").asText(), call.get("subject").asText(), parameters);
          answer.put("nanoseconds", System.nanoTime() - begun);
          answer.set("result", mapper.readTree(parser().encodeResourceToString(made)));
        } catch (Exception failure) {
          answer.put("nanoseconds", System.nanoTime() - begun);
          answer.put("error", failure.toString());
        }
        System.out.println(mapper.writeValueAsString(answer));
      }
    }
  }
}
