"""Messages: https://cql.hl7.org/09-b-cqlreference.html#errors-and-messages ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.values import Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler

MAX_MESSAGES = 1000


class Message(NamedTuple):
    """What the logic said while it ran."""

    severity: str
    code: str
    text: str


@operator("Message", pure=False)
def _message(compiler: Compiler, node: Node) -> Closure:
    source = compiler.operand(node, "source")
    condition = compiler.optional(node, "condition") if node.get("condition") is not None else compiler.fixed(True)
    code, severity, text = (compiler.optional(node, name) for name in ("code", "severity", "message"))

    def run(state: State) -> Value:
        value = source(state)
        if condition(state) is True:
            message = Message(str(severity(state) or "Message"), str(code(state) or ""), str(text(state) or ""))
            if message.severity == "Error":
                raise CqlError(f"{message.text} ({message.code})" if message.code else message.text)
            if len(state[0].messages) < MAX_MESSAGES:
                state[0].messages.append(message)
        return value

    return run
