"""Wrong rules of what files are, and of which are made."""

from tests.simulation.mutating import Mutant

RULES, OFFERS, CHANGES = "llama.domain.rules", "llama.domain.offers", "llama.domain.changes"
MUTANTS = (
    Mutant(
        "a need forgets what was made before it",
        RULES,
        'occasion = (made.fact if made else "", ',
        'occasion = ("", ',
        first=490,
    ),
    Mutant(
        "a need forgets what an operator asked for",
        RULES,
        'state.requests.get(handler.name, ""))',
        '"")',
    ),
    Mutant(
        "retracted events are worked on",
        RULES,
        "if self.state.is_retracted and not handler.speaks_when_withdrawn:",
        "if self.state.is_retracted and not handler.dependencies:",
    ),
    Mutant(
        "frozen files are made again",
        RULES,
        "if handler.name in state.frozen:",
        "if handler.name in state.frozen and not state.files:",
    ),
    Mutant(
        "vetoed events are worked on",
        RULES,
        "if state.flags.VETOED and not handler.speaks_when_withdrawn:",
        "if state.flags.VETOED and not state.files:",
    ),
    Mutant(
        "conditions of the pipeline are not looked at",
        RULES,
        "if is_met(veto, self.state, there)), None)",
        "if not self.state.files), None)",
    ),
    Mutant(
        "what another handler made is taken for current",
        RULES,
        'return "another handler made it"',
        'return ""',
    ),
    Mutant(
        "new code makes nothing obsolete",
        CHANGES,
        "if made.code != handler.code:",
        "if made.code > handler.code:",
    ),
    Mutant(
        "what waits for an ancestor is made from the old one",
        OFFERS,
        "if status in UNSETTLED and not",
        "if status in UNSETTLED and dependency.file not in state.files and not",
    ),
    Mutant(
        "a consumer is given the whole file's digest for an aspect",
        OFFERS,
        "stored.content.aspects.get(aspect) if stored else None",
        "stored.content.digest if stored else None",
    ),
    Mutant(
        "what cannot be made is used where it is optional",
        OFFERS,
        "usable = status is not Status.MASKED and not (dependency.optional and status in HOPELESS)",
        "usable = status is not Status.MASKED",
        first=627,
    ),
    Mutant(
        "what may never come is waited for where it is optional",
        OFFERS,
        "return dependency.optional and assessed is not None and assessed.awaits_outside",
        "return False",
    ),
    Mutant(
        "what may never come counts as something that is on its way",
        RULES,
        "outside = gathered.awaits_outside",
        "outside = False",
    ),
    Mutant(
        "what waits for something from outside shows what an older notice gave",
        RULES,
        "is_hidden=outside, awaits_outside=outside",
        "awaits_outside=outside",
    ),
    Mutant(
        "a vetoed ancestor does not block",
        OFFERS,
        "elif status in HOPELESS and not dependency.optional:",
        "elif status is Status.FAILED and not dependency.optional:",
    ),
    Mutant(
        "what the deployment brings along is no input",
        OFFERS,
        'self.inputs[f"{dependency.file}#{WHOLE}"] = dependency.fixed',
        'self.inputs[f"{dependency.file}#{WHOLE}"] = None',
    ),
)
