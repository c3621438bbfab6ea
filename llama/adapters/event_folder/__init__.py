"""An event in a folder of its own: a log of its facts, its contents, and the files for people.

S190814bv/
    alert.json, skymap.fits, ...   what people see: the newest version of each file
    .llama/facts.jsonl             the log: a fact a line, only ever appended to
    .llama/artifacts/              the contents of all versions, by digest
    .llama/shown.json              what was last put where people see it
    .llama/origin                  in a copy: the system that writes its log
    .llama/lock                    held by whoever writes to the event, while they do
    .llama/making.lock             held by whoever runs its handlers
    .llama/work/                   where they run
    .llama/outbox/                 what they have told the world: nobody reads it but people
"""

from llama.adapters.event_folder.folder import HIDDEN, DiskEventFolder

__all__ = ["HIDDEN", "DiskEventFolder"]
