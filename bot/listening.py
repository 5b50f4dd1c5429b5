"""Whether a message that nobody addressed to the bot asks something, and what; pure."""

import hashlib
import re

LONGEST_MESSAGE = 1_500
"""Characters. What is longer is a report or a dump, and nobody expects an answer from a bystander."""

LONGEST_QUERY = 400
"""Characters. Beyond, only the sentences that ask are searched for."""

FEWEST_WORDS = 3
FEWEST_LETTERS = 5
"""Of a script that does not part words by spaces."""

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_QUOTED = re.compile(r"^[ \t]*(?:>|&gt;).*$", re.MULTILINE)
_ADDRESS = re.compile(r"<?https?://[^\s>]+>?")
_EMOJI = re.compile(r"<a?:\w+:\d+>|:[a-z0-9_+-]{2,40}:")
_CODE_LINE = re.compile(
    r"^\s*(?:(?:import|from|def|class|return|const|let|var|if|for|while|public|private|#include)\b.*[;:{(=]"
    r"|[\w.\[\]\"']+\s*(?:=|:=|=>|->)\s*\S.*|.*[;{}]|at \S+\(.*\)|File \".*\", line \d+.*|</?\w+[^>]*>.*"
    r"|\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*)\s*$"
)
_SENTENCE = re.compile(r".+?(?:[.!?\uff1f\u061f\u3002]+(?=[\s\"')\]]|\Z)|[\uff1f\u3002]|\n|\Z)", re.DOTALL)
_MARK = re.compile(r"[?\uff1f\u061f]\W*$")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")

_GREETING = (
    r"(?:hi|hello|hey|heya|hiya|yo|howdy|greetings|morning|good (?:morning|afternoon|evening|day)|thanks"
    r"|thank you|thx|cheers|please|welcome|sorry|ok|okay|so|well|um|quick question|question|and|but|also)"
)
_POLITE = re.compile(
    rf"^\W*(?:{_GREETING}(?: (?:all|everyone|everybody|folks|there|guys|team|friends|in advance|again))?"
    r"\b[\s,.!:;–-]*)+",
    re.IGNORECASE,
)


def _any(*patterns: str) -> re.Pattern[str]:
    """Return what finds any of the patterns, as whole words and with either apostrophe or none."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)".replace("'", "['’]?"), re.IGNORECASE)


_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|can|could|will|would|shall|should|has|have|had|may|might|must"
    r"|isn't|aren't|doesn't|don't|didn't|can't|won't)"
)
_SUBJECT = r"(?:i|we|it|this|that|these|those|there|the|a|an|my|our|any|anyone|anybody|someone|somebody)"
_ASKING_FRONT = _any(
    rf"\Ahow (?:to|come|much|many|long|often|far|big|large|soon|{_AUXILIARY})",
    rf"\A(?:what|which|who|whose|where|when|why)(?:'s| (?:\S+ ){{0,3}}{_AUXILIARY}| happens)",
    rf"\A{_AUXILIARY} {_SUBJECT}",
)
_CLAUSE_FRONT = re.compile(
    r"^(?:when|where|who|what|which|whose) (?:i|we|you|he|she|they|it|the|a|an|my|our|this|that)\b",
    re.IGNORECASE,
)
"""As in "When I run it, it is fine": what follows is told, not asked."""

_ASKING = _any(
    rf"how {_AUXILIARY} (?:i|we|you|one)",
    r"how to \w+",
    r"(?:any|some)(?:one|body) (?:here )?(?:know|knows|tried|have|has|seen|using|able|familiar)",
    r"(?:does|did|has|have|can|could|would) (?:any|some)(?:one|body)",
    r"any (?:ideas?|way|tips?|pointers?|suggestions?|advice|clues?) \w+",
    r"is there (?:a|an|any|some)",
    r"what(?:'s| is) the (?:best|right|proper|correct|recommended)",
    r"wondering (?:if|how|whether|why|what|where|when|which)",
    r"(?:not sure|don't know|no idea|unsure|unclear|figure out|don't understand|can't find) "
    r"(?:\w+ )?(?:how|why|where|what|when|which|if|whether)",
    r"need (?:some )?help (?:with|to)",
    r"help me (?:with|to)",
    r"looking for (?:a|the|some) way",
    r"struggling (?:with|to)",
)
_TROUBLE = _any(
    r"(?:error|fatal|exception)(?:\[\w+\])?:(?!\w)",
    r"error (?:code )?[a-z]*\d+",
    r"(?:exit|status) code \d+",
    r"(?:an?|the|this|that|these) (?:\w+ )?errors? (?:when|while|if|on|after|from|saying|message)",
    r"(?:get|gets|getting|got|see|seeing|throws|gives) (?:me )?(?:an?|the|this|that|these) (?:\w+ )?errors?",
    r"(?:doesn't|does not|don't|won't|will not) (?:work|start|build|load|compile|connect|install|run)",
    r"keeps? (?:on )?(?:crashing|failing|timing out|restarting)",
    r"command not found|permission denied|connection refused|no such file or directory",
    r"segmentation fault|stopped working|fails with",
)
_NAMED_TROUBLE = re.compile(r"\b[A-Z]\w*(?:Error|Exception)\b|\bE[A-Z]{4,}:")
_DONE = _any(
    r"\A\W*(?:ah|ok|oh|nvm|fixed|solved|resolved|got it|found it|update:)",
    r"\A\W*i (?:just )?(?:fixed|solved|found|figured)",
    r"figured it out|is (?:now )?fixed|works now|problem solved|never ?mind",
)
_RHETORICAL = _any(
    r"\A\W*who (?:knows|cares|knew|asked|wouldn't|doesn't)",
    r"\A\W*why (?:not|me|bother)",
    r"\A\W*what (?:the|a|an) \w+\W*\Z",
    r"\A\W*what (?:else is new|gives|time is it)",
    r"\A\W*what(?:'s| is) (?:up|new|wrong with (?:you|people|me))",
    r"what (?:could|can) (?:possibly )?go wrong",
    r"\A\W*how (?:are|r) (?:you|u|things|we|ya)",
    r"\A\W*how(?:'s| is) (?:it going|everyone|everybody|life|your)",
    r"\A\W*how (?:cool|great|nice|awesome|hard|bad|sad|funny|dare|lovely|crazy|many times)",
    r"\A\W*how about (?:that|lunch|no)",
    r"\A\W*isn't (?:it|that|this|life)",
    r"\A\W*aren't (?:we|you)",
    r"\A\W*(?:can you (?:believe|imagine)|would you believe)",
    r"\A\W*do you (?:even|realise|realize)",
    r"\A\W*do (?:we|you) (?:really )?(?:have to|want)",
    r"\A\W*are you (?:kidding|serious|joking|sure|there|ok|okay|coming|free|in|around|going|all)",
    r"\A\W*(?:did|have) (?:you|anyone|anybody|everyone) (?:see|seen|watch|watched|hear|heard|read)",
    r"\A\W*(?:guess (?:what|who)|you know what)",
    r"\A\W*(?:shall|should) we (?:meet|go|start|get|have|order|grab)",
    r"\A\W*who(?:'s| is) (?:in|up|coming|with|joining|ready|around|hungry|free)",
    r"\A\W*where (?:is|are) (?:everyone|everybody|you|my (?:coffee|lunch))",
)
_TAG = re.compile(
    r",?\s+(?:right|eh|huh|no|yeah|ok|okay|innit|lol|isn['’]?t it|aren['’]?t they|don['’]?t you think"
    r"|doesn['’]?t it|wasn['’]?t it|amirite)\s*[?\uff1f]\W*$",
    re.IGNORECASE,
)


def question_in(message: str) -> str:
    """Return what a message asks, fit to be searched for, or an empty string when it asks nothing."""
    if len(message) > LONGEST_MESSAGE:
        return ""
    text = _spoken(message)
    if not _is_long_enough(text) or _DONE.search(text):
        return ""
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(text) if sentence.strip()]
    asking = [sentence for sentence in sentences if _asks(sentence)]
    if not asking:
        return ""
    whole = " ".join(_POLITE.sub("", sentence) for sentence in sentences).strip()
    return whole if len(whole) <= LONGEST_QUERY else " ".join(asking)[:LONGEST_QUERY]


def wording(question: str) -> str:
    """Return the words of a question, the same in whatever case, punctuation and spacing."""
    return " ".join(re.findall(r"\w+", question.casefold()))


def fingerprint(question: str) -> str:
    """Return the same digest for two questions of the same wording."""
    return hashlib.sha256(wording(question).encode(errors="replace")).hexdigest()


def _spoken(message: str) -> str:
    """Return what the person says: no code, quoted lines, addresses or emoji."""
    text = _FENCE.sub("\n", message)
    text = _QUOTED.sub("", text)
    text = _ADDRESS.sub(" ", text)
    text = _EMOJI.sub(" ", text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if not _CODE_LINE.match(line) or _MARK.search(line)]
    if len(lines) - len(told) > len(told):  # a dump with a word on it at most
        return ""
    return _POLITE.sub("", "\n".join(told)).strip()


def _is_long_enough(text: str) -> bool:
    return len(_WORD.findall(text)) >= FEWEST_WORDS or len(_UNSPACED.findall(text)) >= FEWEST_LETTERS


def _asks(sentence: str) -> bool:
    text = _POLITE.sub("", sentence).strip()
    if not _is_long_enough(text) or _RHETORICAL.search(text) or _TAG.search(text):
        return False
    if _MARK.search(text) or _ASKING.search(text) or _reports_trouble(text):
        return True
    return bool(_ASKING_FRONT.search(text)) and not _CLAUSE_FRONT.search(text)


def _reports_trouble(text: str) -> bool:
    return bool(_TROUBLE.search(text) or _NAMED_TROUBLE.search(text))
