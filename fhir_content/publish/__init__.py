"""Bundles to a FHIR server, and back again: the only place, with `dependencies`, that opens a socket."""
