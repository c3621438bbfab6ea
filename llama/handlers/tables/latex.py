"""The table of neutrinos in LaTeX: a document that compiles by itself, with base packages only."""

from collections.abc import Sequence

from llama.handlers.results.result import JointResult
from llama.handlers.tables.columns import COLUMNS, MISSING, cells_of, heading_of

LAST_ASCII = "\x7f"
ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": r"{-}",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "\N{MINUS SIGN}": "$-$",
    "\N{EN DASH}": "--",
    "\N{SUPERSCRIPT MINUS}": "$^{-}$",
    **{digit: f"$^{{{value}}}$" for value, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
}
HEADS = (
    "",
    r"$\Delta t$",
    r"$\alpha$",
    r"$\delta$",
    r"$r_{90}$",
    r"$E$",
    "odds",
    r"$p$",
    "id",
)
_DOCUMENT = r"""\documentclass{{article}}
\usepackage[T1]{{fontenc}}
\usepackage{{textcomp}}
\usepackage{{longtable}}
\setlength{{\textwidth}}{{17cm}}
\setlength{{\hoffset}}{{-2.2cm}}
\setlength{{\tabcolsep}}{{4pt}}
\begin{{document}}
\small
\noindent {heading}

% The table begins here.
\begin{{longtable}}{{rrrrrrrr@{{\hspace{{1.5em}}}}p{{0.22\textwidth}}}}
\hline
{heads} \\
{units} \\
\hline
\endhead
{rows}
\hline
\end{{longtable}}
% The table ends here.

\noindent {legend}
\end{{document}}
"""
LEGEND = (
    r"$\Delta t$ is the time of the neutrino less the time of the event; $r_{90}$ is the radius "
    r"that holds 90\,\% of the probability ($2.146\,\sigma$); right ascension $\alpha$ and "
    r"declination $\delta$ are in the ICRS; $E$ is an energy proxy."
)


def to_latex(result: JointResult) -> str:
    """Return the document; everything that came from outside is escaped."""
    units = [rf"({one.unit})" if one.unit else "" for one in COLUMNS]
    rows = [_row(cells_of(track)) for track in result.tracks]
    empty = r"\multicolumn{9}{l}{no neutrino track} \\"
    return _DOCUMENT.format(
        heading="\\\\\n".join(map(escaped, heading_of(result))),
        heads=" & ".join(HEADS),
        units=" & ".join(units),
        rows="\n".join(rows) if rows else empty,
        legend=LEGEND,
    )


def escaped(text: str) -> str:
    """Return a text that LaTeX sets as it is; characters beyond ASCII as their code points."""
    return "".join(map(_character, text))


def _character(one: str) -> str:
    if one in ESCAPES:
        return ESCAPES[one]
    return one if one.isprintable() and one < LAST_ASCII else f"[U+{ord(one):04X}]"


def _row(cells: Sequence[str]) -> str:
    *figures, name = cells
    return " & ".join([*map(_number, figures), _breakable(name)]) + r" \tabularnewline"


def _number(cell: str) -> str:
    """Set a number as mathematics, so that its minus is one and its power of ten is raised."""
    if cell == MISSING:
        return "--"
    mantissa, is_raised, power = cell.partition("e")
    return rf"${mantissa} \times 10^{{{int(power)}}}$" if is_raised else f"${mantissa}$"


def _breakable(name: str) -> str:
    """Let a long name go on in the next line after any 12 characters."""
    parts = [name[at : at + 12] for at in range(0, len(name), 12)]
    return r"\raggedright " + r"\hspace{0pt}".join(map(escaped, parts))
