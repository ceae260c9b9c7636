"""`dbarch calc`: the formula table from the command line."""

from collections.abc import Sequence

from service.calculation import calculate, formulas
from service.frontends.bodies import body
from service.frontends.cli_ask import pairs, write


def calc(name: str | None, inputs: Sequence[str], as_json: bool) -> None:
    """The result with its inputs, formula and source; without a name the formulas. Raises CalculationError, RequestError."""
    if name is None:
        for signature, statement in formulas():
            print(f"{signature}\n       {statement}")
        return
    found = calculate(name, pairs(inputs))
    if as_json:
        write(body(found))
        return
    shown = ", ".join(
        f"{role}={value}{' (assumed)' if role in found.assumed else ''}" for role, value in found.inputs.items()
    )
    print(f"{found.result}\n{found.formula}({shown})\n{found.statement} ({found.source})")
