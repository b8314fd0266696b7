"""FHIRPath: the one door to the engine.

    from fhir_content import fhirpath
    from fhir_content.structure import definitions

    model = fhirpath.model(definitions())
    fhirpath.compile("name.where(use = 'official').given").evaluate(patient, "Patient", model)

Expressions are compiled once to closures and cached. https://hl7.org/fhirpath/N1/ https://hl7.org/fhir/R4/fhirpath.html
"""

from fhir_content.fhirpath.check import problems
from fhir_content.fhirpath.data import Item, Items, Model, Type, Typed, TypeInfo, model, system, typed
from fhir_content.fhirpath.errors import FhirPathError, SyntaxFault, Unsupported
from fhir_content.fhirpath.evaluation import Doors, Trace, boolean
from fhir_content.fhirpath.expression import Expression, Result, compile, evaluate, parse_errors, plain, test
from fhir_content.fhirpath.quantity import Quantity
from fhir_content.fhirpath.simple_path import Place, check_path, place
from fhir_content.fhirpath.temporal import Temporal

__all__ = [
    "Doors",
    "Expression",
    "FhirPathError",
    "Item",
    "Items",
    "Model",
    "Place",
    "Quantity",
    "Result",
    "SyntaxFault",
    "Temporal",
    "Trace",
    "Type",
    "TypeInfo",
    "Typed",
    "Unsupported",
    "boolean",
    "check_path",
    "compile",
    "evaluate",
    "model",
    "parse_errors",
    "place",
    "plain",
    "problems",
    "system",
    "test",
    "typed",
]
