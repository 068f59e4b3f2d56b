"""``python -m adcost price model.py:loss --arguments model.py:arguments``.

Exit status: 0 priced, and every limit kept; 1 a limit of ``--at-most`` exceeded; 2 the command or
the function cannot be used, with one line that says why on standard error.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from adcost.price.at_most import exceeded, parse, size_of

Value = TypeVar("Value")

EXAMPLE = """\
The function's file is run: name only what you trust. ARGUMENTS is a callable without arguments that
returns the positional ones, arrays or jax.ShapeDtypeStruct. Of shapes nothing is run.

  python -m adcost price model.py:loss --arguments model.py:arguments
  python -m adcost price model.py:loss --arguments model.py:arguments \\
      --at-most "gradient=5 evaluations" --at-most "gradient_memory=2 GB"
"""


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    command = argparse.ArgumentParser(
        prog="python -m adcost", description="What the derivatives of a JAX function cost."
    )
    price = command.add_subparsers(dest="command", required=True).add_parser(
        "price",
        help="the price tag of a function",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="The price tag of a JAX function.",
    )
    price.add_argument("function", help="path/to/model.py:loss or package.module:loss")
    price.add_argument("--arguments", required=True, metavar="FILE:NAME")
    price.add_argument("--argnums", type=_numbers, default=0, metavar="N[,N…]")
    price.add_argument("--has-aux", action="store_true", help="it returns (value, auxiliary)")
    price.add_argument(
        "--tolerance",
        type=float,
        default=0.01,
        metavar="ERROR",
        help="relative error of trace and eigenvalues (%(default)s)",
    )
    price.add_argument("--leave-out", action="append", default=[], metavar="PART")
    price.add_argument(
        "--seconds", type=float, default=10.0, help="for all timed runs (%(default)s)"
    )
    price.add_argument(
        "--within",
        type=float,
        metavar="SECONDS",
        help="for all; what does not fit is only counted (30, of shapes 60)",
    )
    price.add_argument(
        "--memory-limit",
        type=_size,
        default="2 GB",
        metavar="SIZE",
        help="what holds more is not run (%(default)s)",
    )
    price.add_argument(
        "--batch",
        type=_axes,
        metavar="N:AXIS[,N:AXIS…]",
        help="the batch's axes, for the largest that fits --memory",
    )
    price.add_argument("--memory", type=_size, metavar="SIZE", help="such as 80GB")
    price.add_argument("--x64", action="store_true", help="double precision, as jax_enable_x64")
    price.add_argument(
        "--at-most",
        action="append",
        default=[],
        type=_limit,
        metavar="LIMIT",
        help='such as "gradient=5 evaluations"; status 1 if exceeded',
    )
    shown = price.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="everything, on standard output")
    shown.add_argument("--html", type=Path, metavar="FILE", help="a page, beside the text")
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    # Before JAX is imported by the user's file: no backend is chosen twice.
    import jax

    from adcost.price import loading
    from adcost.price.run import price
    from adcost.price.subject import CannotPrice

    if options.x64:
        jax.config.update("jax_enable_x64", True)
    try:
        function = loading.load(options.function)
        given = loading.arguments(options.arguments)
        tag = price(
            function, *given, argnums=options.argnums, has_aux=options.has_aux,
            tolerance=options.tolerance, leave_out=options.leave_out, time_limit=options.seconds,
            whole_limit=options.within, memory_limit=options.memory_limit, batch=options.batch,
            memory=options.memory, name=options.function.rpartition(":")[2],
        )  # fmt: skip
    except CannotPrice as error:
        if error.__cause__ is not None:
            print(loading.user_frames(error.__cause__), file=sys.stderr)
        return _refused(str(error))
    except ValueError as error:
        return _refused(str(error))
    if options.html is not None:
        from adcost.price.html import page

        try:
            options.html.write_text(page(tag), "utf-8")
        except OSError as error:
            return _refused(f"--html: {error}")
    print(tag.to_json() if options.json else tag, flush=True)
    broken = exceeded(options.at_most, tag)
    for sentence in broken:
        print(f"exceeded: {sentence}", file=sys.stderr)
    return 1 if broken else 0


def run() -> None:
    """The command as a program: what was too slow to wait for does not keep it from ending."""
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _refused(sentence: str) -> int:
    print(f"adcost price: {sentence}", file=sys.stderr)
    return 2


def _argument(reader: Callable[[str], Value]) -> Callable[[str], Value]:
    """A reader whose ``ValueError`` argparse shows as it is."""

    def read(text: str) -> Value:
        try:
            return reader(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


@_argument
def _numbers(text: str) -> int | tuple[int, ...]:
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ValueError(f"{text!r}: write the numbers of arguments, such as 0 or 0,2") from None
    return numbers[0] if len(numbers) == 1 else numbers


@_argument
def _axes(text: str) -> dict[int, int]:
    try:
        pairs = [part.split(":") for part in text.split(",")]
        return {int(argument): int(axis) for argument, axis in pairs}
    except ValueError:
        raise ValueError(f"{text!r}: write argument:axis, such as 1:0,2:0") from None


_size = _argument(size_of)
_limit = _argument(parse)
