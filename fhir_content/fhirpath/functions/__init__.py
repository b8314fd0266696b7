"""The functions of FHIRPath and those that FHIR adds, one module for each chapter of the specification."""

from fhir_content.fhirpath.functions import conversion, existence, fhir, math, strings, subsetting, tree, utility
from fhir_content.fhirpath.functions.registry import FUNCTIONS, Function

__all__ = [
    "FUNCTIONS",
    "Function",
    "conversion",
    "existence",
    "fhir",
    "math",
    "strings",
    "subsetting",
    "tree",
    "utility",
]
