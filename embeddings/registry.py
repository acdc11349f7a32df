"""Registry: versions are nominated, published through the gate, and rolled back, each act kept."""

import msgspec

from embeddings.artifacts.gate import examine
from embeddings.artifacts.opening import open_snapshot
from embeddings.artifacts.report import Report
from embeddings.versions import Versions
from graph import Instant, NotFound
from graph.files import Act, locked

__all__ = ["Registry"]

_UNTOLD = Instant(0)


class Registry(Versions):
    """The versions of a folder, and what changes which of them serves. Any number of processes may do so at once."""

    def nominate(self, version: str, *, now: Instant = _UNTOLD) -> None:
        """Make a version the candidate."""
        self.path(version)
        with locked(self.folder):
            self._point(msgspec.structs.replace(self.pointer(), candidate=version), Act("trained", version, now))

    def examine(self, version: str) -> Report:
        """What the gate says of a version beside the champion; SnapshotBroken where a file of it is."""
        return self._examined(version, self.current())

    def publish(self, version: str, *, now: Instant = _UNTOLD, force: str = "") -> Report:
        """Make a version the champion once it has passed the gate; what the gate said.

        force: a reason to publish it although the gate refuses it, kept among the acts with what was refused.
        SnapshotBroken, which no reason helps against, or PublicationRefused say what keeps it out; what was the
        champion then stays so.
        """
        while True:
            champion = self.current()
            report = self._examined(version, champion)
            refusals = report.refusals
            if refusals and not force:
                raise refusals[0]
            with locked(self.folder):
                pointer = self.pointer()
                if pointer.version == version:
                    return report
                if pointer.version != champion:
                    continue  # somebody published meanwhile: the version is to be held against that one
                before = (*pointer.before, pointer.version) if pointer.version else pointer.before
                forced = Act("forced", version, now, force, tuple(map(str, refusals)))
                act = forced if refusals else Act("published", version, now)
                self._point(msgspec.structs.replace(pointer, version=version, before=before), act)
                return report

    def rollback(self, *, now: Instant = _UNTOLD) -> str:
        """Make the version the champion again that was so before.

        NotFound where there was none, or its folder is gone; SnapshotBroken where it could not serve.
        """
        with locked(self.folder):
            pointer = self.pointer()
            if not pointer.before:
                raise NotFound("version published before", pointer.version or "none")
            *before, version = pointer.before
            open_snapshot(self.path(version), verify=True)
            back = msgspec.structs.replace(pointer, version=version, before=tuple(before))
            self._point(back, Act("rolled back", version, now))
            return version

    def _examined(self, version: str, champion: str | None) -> Report:
        return examine(self.path(version), self.folder / champion if champion else None)
