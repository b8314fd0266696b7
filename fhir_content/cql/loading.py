"""ELM compiled to what a Library is made of: vocabulary, parameters, functions, definitions.

https://cql.hl7.org/04-logicalspecification.html#library
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fhir_content.cql.compiler import Compiler
from fhir_content.cql.elm import Closure, Node, State
from fhir_content.cql.error import CqlError
from fhir_content.cql.functions import Function, declared
from fhir_content.cql.retrieve import Retrieval
from fhir_content.cql.values import Code, CodeSystem, Concept, Value, ValueSet

if TYPE_CHECKING:
    from fhir_content.cql.library import Library


@dataclass(frozen=True, slots=True)
class Definition:
    """A named expression of a library: what it is called, gives, and where it is written."""

    name: str
    result_type: str
    locator: str
    context: str
    access_level: str


def _type_text(specifier: Node) -> str:
    """A type as CQL writes it: `Integer`, `FHIR.Patient`, `List<FHIR.Observation>`; "" where the ELM has none."""
    kind = specifier.get("type", "NamedTypeSpecifier")
    if kind == "NamedTypeSpecifier":
        namespace, _, name = str(specifier.get("name", "")).rpartition("}")
        return f"FHIR.{name}" if namespace.endswith("hl7.org/fhir") else name
    if kind == "TupleTypeSpecifier":
        parts = [f"{part.get('name')} {_type_text(part.get('elementType') or {})}" for part in specifier["element"]]
        return f"Tuple{{{', '.join(parts)}}}"
    if kind == "ChoiceTypeSpecifier":
        return f"Choice<{', '.join(_type_text(part) for part in specifier['choice'])}>"
    inner = specifier.get("elementType") or specifier.get("pointType") or {}
    return f"{kind.removesuffix('TypeSpecifier')}<{_type_text(inner)}>"


class Loading:
    """One library being compiled."""

    def __init__(self, document: Mapping[str, Any], includes: Mapping[str, Library] | Iterable[Library]) -> None:
        self.elm: Node = dict(document.get("library") or document)
        self.id = str((self.elm.get("identifier") or {}).get("id", ""))
        self.version = str((self.elm.get("identifier") or {}).get("version", ""))
        self.helpers: set[str] = set()
        self.compiler = Compiler(self.id, self._included(includes))
        self.compiler.helpers = self.helpers
        self.definitions: dict[str, Definition] = {}
        self.uses: dict[str, list[tuple[str, str]]] = {}
        self.retrieves: dict[str, list[Retrieval]] = {}

    def _parts(self, name: str) -> list[Node]:
        return self.compiler.nodes(self.elm.get(name) or {}, "def")

    def _included(self, includes: Mapping[str, Library] | Iterable[Library]) -> dict[str, Library]:
        """The included libraries by the name that this library gives them."""
        given = list(includes.values()) if isinstance(includes, Mapping) else list(includes)
        found: dict[str, Library] = {}
        for node in (self.elm.get("includes") or {}).get("def") or []:
            path, version = str(node.get("path", "")), node.get("version")
            alias = str(node.get("localIdentifier", path))
            fitting = [library for library in given if library.id == path.rsplit("/", 1)[-1]]
            exact = [library for library in fitting if version is None or library.version == version]
            if isinstance(includes, Mapping) and not fitting:
                exact = [includes[key] for key in (alias, path) if key in includes][:1]
            if path.rsplit("/", 1)[-1] == "FHIRHelpers" and str(version or "4").startswith("4"):
                self.helpers.add(alias)
                if not exact:
                    continue
            if not exact:
                raise CqlError(
                    f"the included library {path} version {version} is missing", locator=str(node.get("locator", ""))
                )
            found[alias] = exact[0]
        return found

    def compile(self) -> None:
        """Compile everything: vocabulary first, then parameters, functions and definitions."""
        self._vocabulary()
        for node in self._parts("parameters"):
            self.compiler.parameters[str(node["name"])] = self.compiler.slot()
        statements = self._parts("statements")
        functions = [node for node in statements if node.get("type") == "FunctionDef"]
        expressions = [node for node in statements if node.get("type") != "FunctionDef"]
        for node in expressions:
            self._declare(node)
        made = [(self._function(node), node) for node in functions]
        for node in self._parts("parameters"):
            self._parameter(node)
        for function, node in made:
            names = [operand["name"] for operand in self.compiler.nodes(node, "operand")]
            with self.compiler.bound(dict(zip(names, function.slots, strict=True))):
                function.body = self._compiled(function.key, node)
        for node in expressions:
            self.compiler.bodies[node["name"]] = self._compiled(node["name"], node)
        self._refuse_recursion()

    def _declare(self, node: Node) -> None:
        name = self.compiler.text(node, "name")
        if name in self.compiler.definitions:
            raise CqlError(f"{name} is defined twice", locator=str(node.get("locator", "")))
        self.compiler.definitions[name] = self.compiler.slot()
        self.compiler.locators[name] = str(node.get("locator", ""))
        self.definitions[name] = Definition(
            name,
            _type_text(node.get("resultTypeSpecifier") or {"name": node.get("resultTypeName") or ""}),
            str(node.get("locator", "")),
            str(node.get("context", "")),
            str(node.get("accessLevel", "Public")),
        )

    def _function(self, node: Node) -> Function:
        function = declared(self.compiler, node)
        overloads = self.compiler.functions.setdefault(function.name, [])
        function.key = f"{function.name}({len(overloads) or ''})"
        overloads.append(function)
        return function

    def _compiled(self, name: str, node: Node) -> Closure:
        self.compiler.uses, self.compiler.retrieves = {}, []
        try:
            return self.compiler.operand(node, "expression")
        except CqlError as error:
            raise error.within(self.id, name, str(node.get("locator", ""))) from None
        finally:
            self.uses[name], self.retrieves[name] = list(self.compiler.uses), self.compiler.retrieves

    def _parameter(self, node: Node) -> None:
        name = self.compiler.text(node, "name")
        default = self.compiler.optional(node, "default")

        def run(state: State) -> Value:
            parameters = state[0].parameters
            return parameters[name] if name in parameters else default(state)

        self.compiler.bodies[f"parameter {name}"] = run

    def _vocabulary(self) -> None:
        known = self.compiler.vocabulary
        for node in self._parts("codeSystems"):
            known[f"CodeSystem {node['name']}"] = CodeSystem(node.get("id"), node.get("version"), node["name"])
        for node in self._parts("valueSets"):
            known[f"ValueSet {node['name']}"] = ValueSet(node.get("id"), node.get("version"), node["name"])
        for node in self._parts("codes"):
            system = self._referred("CodeSystem", node.get("codeSystem") or {})
            known[f"Code {node['name']}"] = Code(node.get("id"), system.id, system.version, node.get("display"))
        for node in self._parts("concepts"):
            codes = [self._referred("Code", child) for child in self.compiler.nodes(node, "code")]
            known[f"Concept {node['name']}"] = Concept(codes, node.get("display"))

    def _referred(self, kind: str, node: Node) -> Value:
        alias = node.get("libraryName")
        known = self.compiler.included(alias).vocabulary if alias else self.compiler.vocabulary
        key = f"{kind} {node.get('name')}"
        if key not in known:
            raise CqlError(f"{key} is not defined", locator=str(node.get("locator", "")))
        return known[key]

    def _refuse_recursion(self) -> None:
        """An error naming the definitions that, one by another, refer to themselves."""
        done: set[str] = set()
        for name in self.uses:
            path: list[str] = []
            stack: list[Iterator[str]] = [iter((name,))]
            while stack:
                following = next(stack[-1], None)
                if following is None:
                    stack.pop()
                    if path:
                        done.add(path.pop())
                elif following in path:
                    circle = " -> ".join([*path[path.index(following) :], following])
                    raise CqlError(f"recursion is not supported: {circle}"[:300])
                elif following not in done:
                    path.append(following)
                    stack.append(iter([used for alias, used in self.uses.get(following, ()) if not alias]))
