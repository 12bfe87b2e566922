"""Answers kept from one look at the sources to the next, with what each was made from.

An answer is recalled as long as nothing that it read has changed. What is read are inputs, put in
anew before each look, and other answers; of maps each key is watched by itself. If something may
have changed that an answer rests on, its parts are looked at again in the order in which they were
read, and what comes out equal changes nothing further up.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from operator import is_
from typing import Any, TypeAlias, TypeVar

from taskwall.incremental.equality import deep_equal

K = TypeVar("K")
V = TypeVar("V")

_NOTHING: Any = object()

_EVERYWHERE: Mapping[str, Any] = {}
"""The operands that most answers rest on."""


class Entry:
    """An answer (or an input, or what a map says of one key) and what it was made from.

    `operands` is what settings must say for it to hold, `agreed` the last one that does so, and
    `accumulates` whether something was accumulated on the way.
    """

    __slots__ = (
        "accumulates",
        "agreed",
        "arguments",
        "changed_at",
        "dependencies",
        "dependents",
        "function",
        "key",
        "keys",
        "making",
        "maybe_changed",
        "operands",
        "value",
        "verified_at",
    )  # fmt: skip

    def __init__(self, key: Any) -> None:
        self.key = key
        self.arguments: Any = ()
        self.function: Callable[[], Any] | None = None
        self.value: Any = _NOTHING
        self.dependencies: Mapping[Entry, None] = {}
        self.dependents: dict[Entry, None] = {}
        self.keys: dict[object, Entry] | None = None
        self.maybe_changed = self.making = self.accumulates = False
        self.changed_at = self.verified_at = self.agreed = 0
        self.operands = _EVERYWHERE


class TrackedDict(dict[K, V]):
    """A map whose readers are known: each key by itself, or the map as a whole."""

    __slots__ = ("memo", "queries")

    def __init__(self, data: Mapping[K, V], queries: "QueryEngine", entry: Entry) -> None:
        super().__init__(data)
        self.queries = queries
        self.memo = entry

    def __getitem__(self, key: K) -> V:
        self.queries.record_key_read(self.memo, key)
        return super().__getitem__(key)

    def get(self, key: K, default: Any = None) -> Any:
        """The value of a key."""
        self.queries.record_key_read(self.memo, key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.queries.record_key_read(self.memo, key)
        return super().__contains__(key)

    def __iter__(self) -> Iterator[K]:
        self.queries.record_read(self.memo)
        return super().__iter__()

    def __len__(self) -> int:
        self.queries.record_read(self.memo)
        return super().__len__()

    def keys(self) -> Any:
        """All keys."""
        self.queries.record_read(self.memo)
        return super().keys()

    def values(self) -> Any:
        """All values."""
        self.queries.record_read(self.memo)
        return super().values()

    def items(self) -> Any:
        """All keys with their values."""
        self.queries.record_read(self.memo)
        return super().items()


Query: TypeAlias = tuple[object, Callable[..., V], tuple[Any, ...]]
"""A question: its key, whom it is asked, and about what. See `QueryEngine.query`."""


class AmbiguousError(BaseException):
    """An answer hangs on who asks first, so that it cannot be recalled.

    No defect: what contains those lets it pass.
    """


class CircularError(AmbiguousError):
    """An answer rests on itself."""


class QueryEngine:
    """All answers about one subject."""

    def __init__(self) -> None:
        self.revision = 1
        self.moved = 0
        """How often an answer came to rest on others than before."""
        self.active_dependencies: dict[Entry, None] = {}
        """What was read so far by the answer that is being made."""
        self._memos: dict[object, Entry] = {}
        self._beside: dict[object, list[Entry]] = {}
        """Of questions that have several answers, all of them."""
        self._accumulated: dict[Hashable, Entry] = {}
        self._loose: dict[Entry, None] = {}
        self._setting: Mapping[str, Any] = _EVERYWHERE
        self._settings = 0
        self._said: dict[tuple[str, object, object], Entry] = {}

    # Settings

    def begin(self, setting: Mapping[str, Any]) -> None:
        """Go on under another setting."""
        self._setting = setting
        self._settings += 1

    def answer(self, operand: str, default: Any) -> Any:
        """What the setting says of an operand: what is being made rests on it."""
        found = self._setting.get(operand, default)
        key = operand, type(found), found
        entry = self._said.get(key)
        if entry is None:
            entry = self._said[key] = Entry(operand)
            entry.operands = {operand: (found, default)}
        self.active_dependencies[entry] = None
        return found

    def operands_of(self, compute: Callable[[], object]) -> list[tuple[Any, Any]]:
        """What the setting says, and the default, of each operand that something rests on."""
        outer, mine = self.active_dependencies, dict[Entry, None]()
        self.active_dependencies = mine
        try:
            compute()
        finally:
            self.active_dependencies = outer
            outer.update(mine)
        return [pair for entry in mine for pair in entry.operands.values()]

    def _agrees(self, entry: Entry) -> bool:
        """Whether the setting says what an answer rests on."""
        if entry.agreed != self._settings:
            for operand, (answer, default) in entry.operands.items():
                found = self._setting.get(operand, default)
                if type(found) is not type(answer) or found != answer:
                    return False
            entry.agreed = self._settings
        return True

    def _another(self, key: object, entry: Entry) -> Entry | None:
        """Of the answers to a question, the one that agrees with the setting."""
        entries = self._beside.setdefault(key, [entry])
        for other in entries:
            if self._agrees(other):
                self._memos[key] = other
                return other
        return None

    # Reading

    def record_read(self, entry: Entry) -> None:
        """Enter that the answer that is being made reads an entry."""
        self.active_dependencies[entry] = None

    def record_key_read(self, entry: Entry, key: object) -> None:
        """Enter that the answer that is being made reads what a map says of a key."""
        if entry.keys is None:
            entry.keys = {}
        part = entry.keys.get(key)
        if part is None:
            part = entry.keys[key] = Entry(key)
            part.value = entry
            part.verified_at = self.revision
            self.set_dependencies(part, {entry: None})
        elif part.maybe_changed:
            self.revalidate(part)
        self.active_dependencies[part] = None

    def query(self, key: object, ask: Callable[..., V], about: tuple[Any, ...] = ()) -> V:
        """What `ask` says about something, recalled if that is what it would say now.

        Args:
            key: identifies the question.
            ask: is asked with `about` if need be, and must be pure.
            about: what the question is about. It may have changed since it was last asked.

        Raises:
            AmbiguousError: the same question has two answers.
            CircularError: the answer rests on itself.
        """
        entry = self._memos.get(key)
        if entry is not None and entry.operands and not self._agrees(entry):
            entry = self._another(key, entry)
        if entry is None:
            entry = self._memos[key] = Entry(key)
            if key in self._beside:
                self._beside[key].append(entry)
            self._execute(entry, ask, about)
        elif entry.making:
            raise CircularError(key)
        elif about and not _unchanged(entry.arguments, about):
            before, asked = entry.value, entry.verified_at == self.revision
            self._execute(entry, ask, about)
            if asked and entry.value is not before:
                raise AmbiguousError(key)
        elif entry.maybe_changed:
            self.revalidate(entry)
        if type(entry.value) is not TrackedDict:
            self.active_dependencies[entry] = None
        value: V = entry.value
        return value

    def query_shared(self, key: object, ask: Callable[..., V], about: tuple[Any, ...]) -> V:
        """As `query`, where different things that are asked about share one answer.

        Raises:
            AmbiguousError: the answer hangs on who asks first.
        """
        entry = self._memos.get(key)
        if entry is None:
            return self.query(key, ask, about)
        value: V = self.query(key, ask, entry.arguments)
        if not _unchanged(entry.arguments, about):
            other = ask(*about)  # read by whoever asks, so that it is compared again in time
            known: object = entry.value
            if type(known) is TrackedDict:
                known = dict(dict.items(known))
            if not deep_equal(known, other):
                raise AmbiguousError(key)
        return value

    def query_all(self, group: Entry, asked: Sequence[Query[V]]) -> list[V]:
        """Many answers, each as from `query`; `group` stands for what rests on all of them.

        It takes next to no time for each of `asked` that is the very object that it was before.
        A group is asked under one setting only.
        """
        before: Sequence[Query[V]] = group.arguments
        entries: list[Entry] = group.value if before and len(asked) == len(before) else []
        if entries:
            others = [
                index
                for index, (now, old) in enumerate(zip(asked, before, strict=True))
                if now is not old or entries[index].maybe_changed
            ]
            if self._settings:  # what rests on more than before may not agree any more
                others += [
                    index
                    for index, entry in enumerate(entries)
                    if entry.operands and entry.changed_at > group.verified_at
                ]
        else:
            entries, others = [Entry("")] * len(asked), list(range(len(asked)))
        outer = self.active_dependencies
        self.active_dependencies = {}
        moved = False
        for index in others:
            key, ask, about = asked[index]
            self.query(key, ask, about)
            entry = self._memos[key]
            # What was accumulated is looked for below answers only that say that there is some.
            newly = entry.accumulates and not group.accumulates
            moved = moved or newly or entry is not entries[index]
            entries[index] = entry
        self.active_dependencies = outer
        if moved or len(entries) != len(group.dependencies):
            self.set_dependencies(group, dict.fromkeys(entries))
        group.arguments, group.value, group.verified_at = asked, entries, self.revision
        return [entry.value for entry in entries]

    def _execute(self, entry: Entry, ask: Callable[..., Any], about: tuple[Any, ...]) -> None:
        if entry.making:
            raise CircularError(entry.key)
        entry.arguments = about
        entry.function = ask
        entry.making = True
        outer = self.active_dependencies
        mine: dict[Entry, None] = {}
        self.active_dependencies = mine
        try:
            value = ask(*about)
        except BaseException:
            outer.update(mine)
            self._forget(entry)
            raise
        finally:
            self.active_dependencies = outer
            entry.making = False
        before = entry.operands, entry.accumulates
        self.set_dependencies(entry, mine)
        self._store(entry, value)
        if (entry.operands, entry.accumulates) != before:  # whoever reads it must know
            self.moved += 1
            entry.changed_at = self.revision
            for part in (entry.keys or {}).values():
                part.changed_at = self.revision
                part.operands, part.accumulates = entry.operands, entry.accumulates
        entry.maybe_changed = False
        entry.verified_at = self.revision
        entry.agreed = self._settings

    def _store(self, entry: Entry, value: Any) -> None:
        old = entry.value
        if isinstance(value, dict):
            value = TrackedDict(value, self, entry)
            if type(old) is TrackedDict:
                if deep_equal(old, value):
                    return
                for key, part in list((entry.keys or {}).items()):
                    if not deep_equal(dict.get(old, key), dict.get(value, key)):
                        part.changed_at = self.revision
            elif entry.keys:
                for part in entry.keys.values():
                    part.changed_at = self.revision
        elif old is not _NOTHING and deep_equal(old, value):
            return
        entry.value = value
        entry.changed_at = self.revision

    def accumulate(self, what: Hashable) -> None:
        """Enter something that is so for as long as the answer stands that is being made."""
        entry = self._accumulated.get(what)
        if entry is None:
            entry = self._accumulated[what] = Entry(what)
            entry.value = what
            entry.accumulates = True
        self.active_dependencies[entry] = None

    def accumulated(self, roots: Iterable[Entry]) -> list[Hashable]:
        """All that was accumulated on the way to some answers: the same until `moved` changes."""
        found: list[Hashable] = []
        pending = [entry for entry in roots if entry.accumulates]
        seen = set(pending)
        while pending:
            entry = pending.pop()
            if not entry.dependencies:
                if self._accumulated.get(entry.key) is entry:
                    found.append(entry.value)
                continue
            for read in entry.dependencies:
                if read.accumulates and read not in seen:
                    seen.add(read)
                    pending.append(read)
        return found

    def set_dependencies(self, entry: Entry, reads: dict[Entry, None]) -> None:
        """Let an entry rest on what was read for it, and on nothing else."""
        old = entry.dependencies
        if old.keys() != reads.keys():
            self.moved += 1
        entry.dependencies = reads
        operands: dict[str, Any] = {}
        accumulates = False
        for read in reads:
            read.dependents[entry] = None
            if read.operands:
                operands.update(read.operands)
            if read.accumulates:
                accumulates = True
        entry.operands, entry.accumulates = operands or _EVERYWHERE, accumulates
        for read in old:
            if read not in reads:
                read.dependents.pop(entry, None)
                if not read.dependents:
                    self._loose[read] = None

    def collect_garbage(self) -> None:
        """Forget the answers that nothing reads any more."""
        while self._loose:
            entry, _ = self._loose.popitem()
            if entry.dependents:
                continue
            if type(entry.value) is Entry:
                owner: Entry = entry.value
                if owner.keys is not None:
                    owner.keys.pop(entry.key, None)
            elif entry.function is None:
                if self._accumulated.get(entry.key) is entry:  # while an input stays
                    del self._accumulated[entry.key]
                continue
            else:
                self._forget(entry)
            self.set_dependencies(entry, {})

    def _forget(self, entry: Entry) -> None:
        """Let an answer be made anew when it is asked for."""
        if self._memos.get(entry.key) is entry:
            del self._memos[entry.key]
        if entry in (others := self._beside.get(entry.key, [])):
            others.remove(entry)
            if others:
                self._memos.setdefault(entry.key, others[0])
            else:
                del self._beside[entry.key]

    def revalidate(self, entry: Entry) -> bool:
        """Bring an entry up to date; whether what it rests on was unchanged."""
        if not entry.maybe_changed:
            return True
        fresh = True
        for read in entry.dependencies:
            if read.maybe_changed:
                self.revalidate(read)
            if read.changed_at > entry.verified_at:
                fresh = False
                break
        if not fresh and entry.function is not None:
            self._execute(entry, entry.function, entry.arguments)
        entry.maybe_changed = False
        entry.verified_at = self.revision
        return fresh

    # Inputs

    def set_input(self, key: object, value: Any) -> Any:
        """Set an input; what rests on what has changed in it becomes suspect."""
        entry = self._memos.get(key)
        if entry is None:
            entry = self._memos[key] = Entry(key)
        old = entry.value
        if type(value) is dict:
            if type(old) is not TrackedDict:
                entry.value = TrackedDict(value, self, entry)
                return entry.value
            self._replace(entry, old, value)
            return old
        if old is _NOTHING or not deep_equal(old, value):
            entry.value = value
            entry.changed_at = self.revision
            for reader in entry.dependents:
                self.invalidate(reader)
        return value

    def _replace(self, entry: Entry, old: TrackedDict[Any, Any], value: dict[Any, Any]) -> None:
        """Let a map say what another one says."""
        ordered = list(dict.keys(old)) == list(value)
        if ordered:  # as it mostly is: then only the values that differ are looked at
            same = map(is_, dict.values(old), value.values())
            names = [name for name, known in zip(value, same, strict=True) if not known]
        else:
            names = list(dict.fromkeys((*dict.keys(old), *value)))
        others = []
        for name in names:
            before, now = dict.get(old, name, _NOTHING), value.get(name, _NOTHING)
            if before is not now and not deep_equal(before, now):
                others.append(name)
        parts = entry.keys or {}
        for part in [parts[name] for name in others if name in parts]:
            part.changed_at = self.revision
            self.invalidate(part)
        if others:
            for reader in entry.dependents:
                if type(reader.value) is not Entry:
                    entry.changed_at = self.revision
                    self.invalidate(reader)
        if ordered:
            for name in names:
                dict.__setitem__(old, name, value[name])
        else:
            dict.clear(old)
            dict.update(old, value)

    def invalidate(self, entry: Entry) -> None:
        """Mark what may have changed."""
        pending = [entry]
        while pending:
            one = pending.pop()
            if not one.maybe_changed:
                one.maybe_changed = True
                pending.extend(one.dependents)


def _unchanged(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(map(is_, one, other)) or all(map(deep_equal, one, other))
