"""Questions that lean on the one before: when a message is one, and what it means in full.

There is no language model in this: a short message that opens like a continuation, that points back
with a pronoun, or that has no telling word of its own is searched with the terms that the
conversation is about. People are told what was searched.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from bot.courtesy import is_about_the_bot
from bot.messages import Actor, Conversation, counted
from bot.ports import Clock, Kept

KEPT = timedelta(minutes=30)
"""For how long a conversation is about what it was about."""

MOST_TOPICS = 2_000
MOST_WORDS = 12
"""A longer message stands for itself."""

MOST_CARRIED = 5
ENOUGH_CARRIED = 2
"""Terms of the question that make words of the answer's heading needless."""

OPENERS = (
    "and what about", "and how about", "but what about", "ok and", "okay and", "what about", "how about",
    "what of", "same for", "and", "but", "or", "also", "then",
)  # fmt: skip
"""How a continuation opens; these words are not searched."""

JOINTS = frozenset("on for with in using without under from via".split())
"""How a fragment of a question opens; these words are searched, for what they join."""

CONNECTIVES = frozenset(("and", "but", "or", "also", "ok and", "okay and"))
"""Openers behind which a question may be one of its own."""

CONDITIONS = frozenset("if unless after before while".split())

POINTERS = frozenset("it that this these those they them its their one ones".split())
"""Words that point back to what was said before."""

EXPECTS = re.compile(
    r"""(?:\s+(?:is|was|be|not|still|also|ever|even|would|will))*
    (?:
        \s+(?:safe|possible|true|ok|okay|fine|allowed|permitted|legal|better|best|necessary|wise|worth|advisable
            |recommended|important|likely|normal)\s+(?:for\s.*?)?(?:to|that|if|whether|when)
        |\s+(?:take|takes|took)(?:\s+\w+)?\s+(?:to|for|until|before)
        |\s+(?:cost|costs)(?:\s+\w+)?\s+to
        |\s+matters?\s+(?:if|whether|which|what|who|when|where|how|that)
        |\s+(?:seem|seems|appear|appears)\s+(?:that|like)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""What follows an "it" that stands for what is yet to be said, as in "is it safe to delete logs"."""

WEATHER = re.compile(r"(?:\s+(?:is|was|be))?\s+(?:rain|snow)(?:s|ed|ing)?\b", re.IGNORECASE)

CLAIMS = re.compile(
    r"""\b(?:know|knew|sure|confirm|say|says|said|mean|means|think|ensure|verify|guarantee|prove|believe|assume
    |certain|clear|likely|notice|so|given|provided|true|possible|important|require|requires|warn|warns)\s+$""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands before a "that" which opens a clause, as in "how do I know that payment succeeded"."""

DESCRIBED = re.compile(
    r"""(?:\b(?:a|an|any|some|the|no|every)\s+[\w-]+
    |\b(?:anything|something|everything|nothing|anyone|anybody|someone|somebody|everyone|all))\s+$""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands before a "that" which describes it, as in "is there a plan that expires"."""

CHATTER = frozenset(
    """alright awesome bye cheers cool done exactly fine good great haha hello hey hi hm hmm indeed lol nice
    no nope nvm oh ok okay perfect please really right solved sorry sure thank thanks thx true well welcome
    worked works wow yeah yep yes you""".split()
)
"""A message of nothing but these, and of common words, asks nothing."""

THANKS = frozenset(
    """brb cheers congrats danke gracias haha hehe lmao lol merci omg rofl thank thanks thx ty yay""".split()
)
"""Whoever says these and asks nothing in the same breath asks nothing at all."""

SMALL_TALK = THANKS | frozenset(
    """ah aha ahh appreciate appreciated aw bad bro charm correct dude everybody everyone evening fair folks
    fun funny gotcha guess guys hilarious idk interesting legend lifesaver lmk man mate morning np oof oops
    problem rock rocks same sense sounds team thats too welp weird whoops worries yall youre yup""".split()
)
"""Words that tell what a message is about only beside others that do."""

REMARK = re.compile(
    r"\W*(?:i see(?: now)?|(?:i |ill |i ll )?(?:will |shall )?(?:do|try)(?: (?:it|that|this))?"
    r"|me too|same here|good to know|got it|that (?:did|was|is) it|that makes sense)\W*",
    re.IGNORECASE,
)
"""What people say of an answer, in words that could also lean on it."""

SMILEY = re.compile(r"<a?:\w+:\d+>|:[a-z0-9_+-]{2,40}:|[:;=8x]-?[()dp/]+|<3|[+-]1", re.IGNORECASE)

COMMON = CHATTER | frozenset(
    """a about after again all already also always am an and any anyone anything are as at be because been
    before being best between both but by can cant could did didnt do does doesnt doing dont each either else
    enough ever every example examples explain far few find first for from get gets getting give go goes going
    good got had has have having he help her here him his how howto i if in instead into is isnt its just kind
    know last least less let like long look made make makes many may maybe me mean means might mine more most
    much must my need needs never new next not now of off often old on once only onto or other others our out
    over own per possible put rather same say see shall she should show simply since so some someone something
    soon still such take tell than that the their them then there these they thing things this those
    through time to too try trying under until up us use used using very via wanna want wants was way ways we
    were what when where whether which while who whom whose why
    will with within without wont work working would wouldnt you your""".split()
)
"""Words that say how somebody asks, not what about."""

TURNING = frozenset(
    """after all before cant didnt doesnt dont far few first isnt last least less long many more most much
    never no nor not off often old once only onto out over until under when where which who whom whose why
    without wont wouldnt""".split()
)
"""Those of COMMON that make another question of one about the same things."""

ASKING = frozenset(
    """what how why when where who whom whose which can could do does did is are was were will would should
    may""".split()
)

VERBS = frozenset("can could do does did is are was were will would should may".split())
"""Words of ASKING that make a question a whole sentence; the others ask for something."""

KINDS = tuple(
    frozenset(kind.split())
    for kind in (
        "windows linux macos mac osx ubuntu debian fedora arch centos redhat android ios ipad unix freebsd",
        "chrome chromium firefox safari edge opera brave",
        "python javascript typescript java kotlin rust go golang ruby php c c++ c# swift scala perl lua",
        "pip conda uv poetry npm yarn pnpm apt brew homebrew dnf yum pacman cargo snap winget",
        "bash zsh fish powershell cmd",
        "postgres postgresql mysql mariadb sqlite mongodb redis oracle",
        "aws azure gcp heroku",
        "github gitlab bitbucket gitea",
        "discord slack teams telegram matrix whatsapp",
        "vim emacs vscode nano neovim sublime pycharm intellij",
        "docker podman kubernetes",
        "http https ssh ftp sftp",
        "monday tuesday wednesday thursday friday saturday sunday",
        "january february march april may june july august september october november december",
    )
)
"""Words of which a question is about one: a new one takes the place of the one before."""

ENDINGS = ("ing", "ed", "es", "s")

WORD = re.compile(r"[^\W_](?:[\w.+#'’/-]*[\w+#])?")
NUMBER = re.compile(r"v?\d+(?:\.\d+)*", re.IGNORECASE)

Frequencies: TypeAlias = Callable[[Sequence[str]], Sequence[int]]
"""In how many passages each of some words stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a conversation is about: telling words of its last question, and of where the answer stands."""

    terms: tuple[str, ...]
    heading: tuple[str, ...] = ()


def topic_of(question: str, path: Sequence[str] = ()) -> Topic:
    """Return what a question is about; ``path`` is the title and headings of what answered it."""
    return Topic(terms=_telling(question), heading=_telling(" ".join(path)))


def follows(message: str) -> bool:
    """Whether a message leans on the question before it."""
    words = _words(message)
    if not words or len(words) > MOST_WORDS or _chats(words) or _remarks(SMILEY.sub(" ", message)):
        return False
    if is_about_the_bot(message):
        return False
    opener, text = _opened(message)
    rest, telling = _words(text), _telling(text)
    if not telling:
        return True
    pointing = bool(_pointing(text))
    if opener:
        asks_anew = opener in CONNECTIVES and rest[0] in ASKING - VERBS and len(telling) >= 2
        return len(telling) <= 3 and (pointing or not asks_anew)
    # "Orders that were cancelled" points at nothing; "is that paid?" does.
    points = pointing and words[0] in ASKING | POINTERS
    return len(telling) <= 2 and (points or (words[0] in JOINTS and (pointing or not _asks_whole(words))))


def chats(message: str) -> bool:
    """Whether a message asks nothing and tells nothing that could be looked up, such as thanks."""
    if "?" in message:
        return False
    text = SMILEY.sub(" ", message)
    words = _words(text)
    if not words or _remarks(text):
        return True
    if len(words) > MOST_WORDS or words[0] in ASKING or not ASKING.isdisjoint(set(words) - VERBS):
        return False
    telling = {_plain(word) for word in _telling(text)} - SMALL_TALK
    return not telling or not THANKS.isdisjoint(words)


def is_small_talk(message: str) -> bool:
    """Whether a message chats in so many words: "thanks" does, "time" may be meant as a question."""
    text = SMILEY.sub(" ", message)
    words = _words(text)
    says_so = not words or _remarks(text) or not (CHATTER | SMALL_TALK).isdisjoint(words)
    return says_so and chats(message)


def gist(question: str) -> frozenset[str]:
    """Return the words, without endings, in which no question differs from one that asks the same."""
    telling = {_stem(_plain(word)) for word in _telling(question)}
    return frozenset(telling | TURNING.intersection(_words(question)))


def tells(message: str) -> bool:
    """Whether a message has a word of its own that says what it is about."""
    return bool(_telling(_opened(message)[1]))


def in_full(message: str, topic: Topic, frequencies: Frequencies) -> str:
    """Return what a message that follows means: itself, with the terms that it leans on."""
    rest = " ".join(_opened(message)[1].split()).strip(" ?!.,:;")
    own = {word.casefold() for word in _telling(rest)}
    kept = [term for term in topic.terms if not _replaced(term, own)]
    carried = _rarest(kept, MOST_CARRIED, frequencies)
    if len(carried) < ENOUGH_CARRIED:
        known = own | {term.casefold() for term in carried}
        others = [word for word in topic.heading if word.casefold() not in known and not _replaced(word, own)]
        carried += _rarest(others, ENOUGH_CARRIED - len(carried), frequencies)
    return _joined(rest, " ".join(carried))


def _joined(rest: str, carried: str) -> str:
    """Put the terms where they belong: for the pronoun, behind a question, or before a fragment."""
    first = (_words(rest) or [""])[0]
    if first in JOINTS | CONDITIONS:
        return f"{carried} {rest}".strip()
    for found in _pointing(rest):
        if found[0].casefold() in POINTERS and carried:
            return f"{rest[: found.start()]}{carried}{rest[found.end() :]}"
    parts = (rest, carried) if first in ASKING else (carried, rest)
    return " ".join(part for part in parts if part)


def _replaced(term: str, own: set[str]) -> bool:
    """Whether a message says the term itself, or another of its kind."""
    word = term.casefold()
    if word in own or (NUMBER.fullmatch(word) and any(NUMBER.fullmatch(each) for each in own)):
        return True
    return any(word in kind and not kind.isdisjoint(own) for kind in KINDS)


def _rarest(terms: Sequence[str], most: int, frequencies: Frequencies) -> list[str]:
    """Return the rarest terms in the order of the text; what stands nowhere finds nothing, and is last."""
    if len(terms) <= most:
        return list(terms)
    counts = dict(zip(terms, frequencies(terms), strict=True))
    chosen = set(sorted(terms, key=lambda term: (not counts[term], counts[term]))[:most])
    return [term for term in terms if term in chosen]


def _pointing(text: str) -> list[re.Match[str]]:
    """Return the words that point back, without "it" and "that" where they only build the sentence."""
    found = (word for word in WORD.finditer(text) if _plain(word[0]) in POINTERS)
    return [word for word in found if not _builds(text, word)]


def _builds(text: str, word: re.Match[str]) -> bool:
    before, after = text[: word.start()], text[word.end() :]
    match _plain(word[0]):
        case "it" | "its":
            expected = EXPECTS.match(after)
            # "Is it possible to do so?" says nothing of what it is.
            return bool(WEATHER.match(after) or (expected and _telling(after[expected.end() :])))
        case "that":
            claims = CLAIMS.search(before) and len(_words(after)) >= 2
            return bool(_words(after) and (claims or DESCRIBED.search(before)))
        case _:
            return False


def _asks_whole(words: Sequence[str]) -> bool:
    """Whether a fragment is none, as in "for how long are logs retained"; "on which plan" is one."""
    return words[1] in ASKING - VERBS and not VERBS.isdisjoint(words[2:])


def _opened(message: str) -> tuple[str, str]:
    """Part a message into the words by which it continues the one before, if any, and the others."""
    text = message.strip()
    for opener in OPENERS:
        found = re.match(rf"{opener.replace(' ', r'[ ]+')}\b[\s,:]*(?=\S)", text, re.IGNORECASE)
        if found:
            return opener, text[found.end() :]
    return "", text


def _chats(words: Sequence[str]) -> bool:
    small = CHATTER | SMALL_TALK
    return set(words) - POINTERS - small <= COMMON - ASKING and not small.isdisjoint(words)


def _remarks(text: str) -> bool:
    """Whether a message is a remark, perhaps behind an "ok" or a "thanks"."""
    rest = text.casefold().replace("’", "").replace("'", "")
    while (word := WORD.match(rest := rest.lstrip(" \t\n,.!;:-"))) and word[0] in CHATTER | THANKS:
        rest = rest[word.end() :]
    return REMARK.fullmatch(rest) is not None


def _telling(text: str) -> tuple[str, ...]:
    """Return the words of a text that say what it is about, each once, as they are written."""
    telling = {word.casefold(): word for word in WORD.findall(text) if _plain(word) not in COMMON | POINTERS}
    return tuple(telling.values())


def _words(text: str) -> list[str]:
    return [_plain(word) for word in WORD.findall(text)]


def _stem(word: str) -> str:
    """Return a word without the ending that tells one from several, and doing from done."""
    ending = next((end for end in ENDINGS if word.endswith(end) and len(word) - len(end) >= 3), "")
    stem = word.removesuffix(ending)
    doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1].isalpha()
    return stem[:-1] if doubled else stem.removesuffix("e")


def _plain(word: str) -> str:
    return re.sub("['’]", "", word.casefold())


Key: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    at: float
    topic: Topic
    actor_id: str


class Topics:
    """What each conversation is about, in memory only. Safe to use from several threads.

    In a thread that is one for all who write there; what somebody asks in private, or in a channel
    where others talk of other things, is theirs alone.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._topics: OrderedDict[Key, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, actor: Actor, conversation: Conversation, *, whispered: bool) -> Topic | None:
        """Return what the conversation was about just now; ``whispered`` as in Ask."""
        oldest = self._clock.monotonic() - KEPT.total_seconds()
        with self._lock:
            found = [self._topics.get(key) for key in _keys(actor, conversation, whispered=whispered)]
        recent = [entry for entry in found if entry is not None and entry.at >= oldest]
        return max(recent, key=lambda entry: entry.at).topic if recent else None

    def remember(self, actor: Actor, conversation: Conversation, topic: Topic, *, whispered: bool) -> None:
        """Take note of what the conversation is about now."""
        key = _keys(actor, conversation, whispered=whispered)[0]
        with self._lock:
            self._topics[key] = _Entry(at=self._clock.monotonic(), topic=topic, actor_id=actor.id)
            self._topics.move_to_end(key)
            while len(self._topics) > MOST_TOPICS:
                self._topics.popitem(last=False)

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return in how many conversations the words of a person's question are carried."""
        with self._lock:
            own = [key for key, entry in self._topics.items() if _is_by(key, entry, workspace, actor_id)]
        carried = f"what your last question was about, in {counted(len(own), 'conversation')}, in memory only"
        return Kept(lines=(carried,) if own else ())

    def forget(self, workspace: str, actor_id: str) -> None:
        """Forget what a person's questions were about."""
        with self._lock:
            for key, entry in list(self._topics.items()):
                if _is_by(key, entry, workspace, actor_id):
                    del self._topics[key]


def _is_by(key: Key, entry: _Entry, workspace: str, actor_id: str) -> bool:
    return (key[0], entry.actor_id) == (workspace, actor_id)


def _keys(actor: Actor, conversation: Conversation, *, whispered: bool) -> list[Key]:
    """Return where to remember a topic, and after it where else to look for one."""
    place = conversation.workspace, f"{conversation.platform}:{conversation.channel}"
    if conversation.private or conversation.platform == "terminal":
        return [(*place, "", "")]  # each message to the bot may open a thread of its own there
    shared, own = (*place, conversation.thread, ""), (*place, conversation.thread, actor.id)
    if not conversation.thread:
        return [own]
    return [own, shared] if whispered else [shared]
