import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.validation.IValidationContext;
import ca.uhn.fhir.validation.ValidationContext;
import ca.uhn.fhir.validation.ValidationOptions;
import com.google.gson.Gson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import org.hl7.fhir.common.hapi.validation.support.*;
import org.hl7.fhir.common.hapi.validation.validator.*;
import org.hl7.fhir.r5.model.*;
import org.hl7.fhir.r5.utils.validation.*;
import org.hl7.fhir.r5.utils.validation.constants.*;
import org.hl7.fhir.utilities.validation.ValidationMessage;

/**
 * The HL7 Java validator, offline, with the definitions of R4 alone: Validate [--repeat N] FILE...
 * Prints {"issues": [{file, severity, expression, rule, message}], "milliseconds": [median of each file]}.
 */
public class Validate {
  /** validate() is protected; only there do messages carry their type and place. */
  static class Validator extends FhirInstanceValidator {
    Validator(IValidationSupport support) { super(support); }
    List<ValidationMessage> messages(IValidationContext<?> context) { return validate(context); }
    org.hl7.fhir.r5.context.IWorkerContext definitions() { return provideWorkerContext(); }
  }

  /** References are judged by the type in their URL. */
  static class Policy extends FhirDefaultPolicyAdvisor {
    @Override public List<StructureDefinition> getImpliedProfilesForResource(IResourceValidator v, Object a, String p, ElementDefinition d,
        StructureDefinition t, org.hl7.fhir.r5.elementmodel.Element e, boolean valid, IMessagingServices m, List<ValidationMessage> l) { return List.of(); }
    @Override public EnumSet<ResourceValidationAction> policyForResource(IResourceValidator v, Object a, StructureDefinition t, String p) {
      return EnumSet.allOf(ResourceValidationAction.class);
    }
    @Override public ReferenceValidationPolicy policyForReference(IResourceValidator v, Object a, String path, String url, ReferenceDestinationType d) {
      return ReferenceValidationPolicy.CHECK_TYPE_IF_EXISTS;
    }
    @Override public ReferenceValidationPolicy getReferencePolicy() { return ReferenceValidationPolicy.CHECK_TYPE_IF_EXISTS; }
  }

  /** Without a fetcher the type that a canonical points at is never checked. */
  record Fetcher(Validator validator) implements IValidatorResourceFetcher {
    public org.hl7.fhir.r5.elementmodel.Element fetch(IResourceValidator r, Object a, String url) { return null; }
    public boolean resolveURL(IResourceValidator r, Object a, String p, String u, String t, boolean c, List<CanonicalType> l) { return true; }
    public byte[] fetchRaw(IResourceValidator r, String url) { return null; }
    public IValidatorResourceFetcher setLocale(Locale locale) { return this; }
    public CanonicalResource fetchCanonicalResource(IResourceValidator r, Object a, String url) {
      return validator.definitions().fetchResource(Resource.class, url) instanceof CanonicalResource found ? found : null;
    }
    public boolean fetchesCanonicalResource(IResourceValidator r, String url) { return true; }
    public Set<ResourceVersionInformation> fetchCanonicalResourceVersions(IResourceValidator r, Object a, String url) { return Set.of(); }
  }

  static Validator validator(FhirContext r4) {
    var unknown = new UnknownCodeSystemWarningValidationSupport(r4);     // must be the last of the chain
    unknown.setNonExistentCodeSystemSeverity(IValidationSupport.IssueSeverity.WARNING);
    var validator = new Validator(new CachingValidationSupport(new ValidationSupportChain(new DefaultProfileValidationSupport(r4),
        new CommonCodeSystemsTerminologyService(r4), new InMemoryTerminologyServerValidationSupport(r4), new SnapshotGeneratingValidationSupport(r4), unknown)));
    validator.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
    validator.setAnyExtensionsAllowed(true);
    validator.setErrorForUnknownProfiles(false);
    validator.setAssumeValidRestReferences(true);
    validator.setValidatorPolicyAdvisor(new Policy());
    validator.setValidatorResourceFetcher(new Fetcher(validator));
    return validator;
  }

  static List<ValidationMessage> messages(FhirContext r4, Validator validator, String content) {
    try {
      return validator.messages(ValidationContext.forText(r4, content, new ValidationOptions()));
    } catch (Exception failure) {          // syntax errors come as exceptions without a place
      var message = new ValidationMessage();
      message.setLevel(ValidationMessage.IssueSeverity.FATAL);
      message.setMessage(failure.toString());
      return List.of(message);
    }
  }

  static Map<String, String> issue(String file, ValidationMessage message) {
    String place = Objects.toString(message.getLocation(), "").replaceAll("/\\*.*?\\*/", "").replaceFirst(" \\(.*", "").replaceAll("\\.ofType\\((\\w+)\\)", "");
    return Map.of("file", file, "severity", message.getLevel() == null ? "information" : message.getLevel().toCode(),
        "expression", place, "rule", Objects.toString(message.getMessageId(), ""), "message", Objects.toString(message.getMessage(), ""));
  }

  public static void main(String[] arguments) throws Exception {
    Locale.setDefault(Locale.US);
    boolean repeats = arguments[0].equals("--repeat");
    int repeat = repeats ? Integer.parseInt(arguments[1]) : 1;
    var r4 = FhirContext.forR4();
    var validator = validator(r4);
    var issues = new ArrayList<Map<String, String>>();
    var milliseconds = new ArrayList<Double>();
    for (String file : List.of(arguments).subList(repeats ? 2 : 0, arguments.length)) {
      String content = Files.readString(Path.of(file));
      double[] times = new double[repeat];
      List<ValidationMessage> found = List.of();
      for (int turn = 0; turn < repeat; turn++) {
        long start = System.nanoTime();
        found = messages(r4, validator, content);
        times[turn] = (System.nanoTime() - start) / 1e6;
      }
      Arrays.sort(times);
      milliseconds.add(times[repeat / 2]);
      for (var message : found) issues.add(issue(file, message));
    }
    System.out.println(new Gson().toJson(Map.of("issues", issues, "milliseconds", milliseconds)));
    System.out.flush();
    Runtime.getRuntime().halt(0);     // caches keep threads alive
  }
}
