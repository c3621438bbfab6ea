"""lvk_nu_track_search.json: what the notice of the result says."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from llama.domain.digests import Digest, digest_json
from llama.domain.handler import Inputs, PermanentError, Product, uses
from llama.domain.kinds import JSONHandler
from llama.domain.vetoes import veto_input
from llama.handlers.alert import Alert
from llama.handlers.neutrino_list import NeutrinoList
from llama.handlers.significance import Significance
from llama.handlers.skymap import Skymap

if TYPE_CHECKING:
    from llama.handlers.results.result import JointResult


class ResultNotice(JSONHandler):
    """The notice of the schema `gcn.notices.icecube.lvk_nu_track_search`, before it is sent.

    There is none while neutrinos may still come. Its number, its time and whether it is the first
    are added when it is sent: see PublishNotice. alert_tense is "test" for mock and test events,
    rehearsals (the flag ROLE) and neutrinos that were not observed as they are, else "archival" for
    events that are not ONLINE. docs/science-publication.md says what is present when. Aspects:
    `alarming` (a boolean: p < 0.01), `alert_tense`.
    """

    FILENAME = "lvk_nu_track_search.json"
    CODE_VERSION = "1"
    DEPENDENCIES = (
        uses(Alert, "event"),
        uses(Skymap, "localisation"),
        uses(NeutrinoList, "tracks", "complete"),
        uses(Significance),
    )
    FLAGS = ("ROLE", "ONLINE")
    ASPECTS = ("alarming", "alert_tense")
    VETOES = (veto_input(NeutrinoList, "complete", is_=False, reason="neutrinos may still come"),)

    def generate(self, inputs: Inputs) -> object:
        """Put the notice together; PermanentError if the result is not complete."""
        from llama.handlers.publication.notice import Standing, result_body
        from llama.handlers.results.reading import contents_of
        from llama.handlers.results.result import result_from
        from llama.handlers.sky.fields import parsed, text

        files = contents_of(inputs, (Alert, NeutrinoList, Significance))
        result = result_from(files)
        if result.is_partial:
            raise PermanentError("neutrinos may still come: the result is told when it is complete")
        alert = parsed(files[Alert.FILENAME], name=Alert.FILENAME)
        return result_body(
            result,
            parsed(files[Significance.FILENAME], name=Significance.FILENAME),
            _direction(inputs, result),
            event=text(alert.get("superevent_id")) or self.eventid,
            standing=Standing(str(inputs.flags["ROLE"]), is_online=bool(inputs.flags["ONLINE"])),
        )

    def product(self, content: object) -> Product:
        """Encode the notice; `alarming` is no key of it."""
        made = super().product(content)
        return replace(made, aspects=self.aspects_of(made.content))

    @classmethod
    def aspects_of(cls, content: bytes) -> Mapping[str, Digest]:
        """Return the digests of what it tells and of whether people are called because of it."""
        from llama.handlers.publication.alarm import is_alarming
        from llama.handlers.sky.fields import parsed

        try:
            said = parsed(content, name=cls.FILENAME)
        except PermanentError:
            return super().aspects_of(content)
        return {**super().aspects_of(content), "alarming": digest_json(is_alarming(said))}


def _direction(inputs: Inputs, result: "JointResult") -> tuple[float, float] | None:
    """Return where the source most probably is; None if no track is listed."""
    from llama.handlers.publication.direction import most_probable_direction
    from llama.handlers.publication.notice import listed
    from llama.handlers.sky.reading import read_map

    tracks = listed(result)
    return most_probable_direction(read_map(inputs[Skymap].content), tracks) if tracks else None
