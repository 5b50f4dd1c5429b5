"""The core: a request goes in, a reply comes out, and nothing is ever raised."""

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import assert_never

import structlog

from bot.aliases import AliasBook
from bot.answering import (
    ALL_ALSO,
    ALSO,
    LONGEST_QUESTION,
    Outcome,
    cited,
    in_words,
    nearest,
    objection,
    quoted,
    sentence_quoted,
)
from bot.audit import AuditTrail
from bot.channels import Channels
from bot.courtesy import courteous, is_about_the_bot
from bot.curation import Curation
from bot.errands import Errands
from bot.errors import (
    Cancelled,
    OutOfScope,
    PreferenceInvalid,
    ReleaseUnknown,
    ScheduleInvalid,
    Stopping,
    told_at_the_machine,
)
from bot.escalation import Escalation
from bot.exporting import Exports
from bot.feedback import Ledger, Remembered
from bot.following import Topics, chats, follows, in_full, is_small_talk, tells, topic_of
from bot.golden import GoldenQuestions
from bot.hindrances import Hindrances
from bot.hygiene import Hygiene
from bot.jobs import Jobs, Watch
from bot.limits import RateLimit
from bot.messages import (
    Actor,
    AddChannel,
    AddGolden,
    AddSource,
    Aliases,
    Answer,
    Arrive,
    Aside,
    Ask,
    Audit,
    Cancel,
    ChannelChanged,
    Closest,
    Confidence,
    Continuation,
    Conversation,
    Decide,
    Decision,
    Delete,
    Deleted,
    Escalate,
    Export,
    Failed,
    Follow,
    ForgetMe,
    Gathered,
    GatherGolden,
    Golden,
    Inspect,
    Mode,
    More,
    MyData,
    NoAnswer,
    Notice,
    Notify,
    Offer,
    Overhear,
    Overview,
    OverviewReport,
    PauseSource,
    Posting,
    Prefer,
    PreferenceList,
    Preferences,
    Rate,
    ReadOn,
    Reasons,
    Refused,
    Reindex,
    Releases,
    RemoveSource,
    Reply,
    Request,
    Resolve,
    Review,
    SaveAnswer,
    ScheduleSource,
    Scope,
    SetMode,
    Share,
    ShowSource,
    Silence,
    SourceLine,
    SourceList,
    Sources,
    Stats,
    Status,
    StatusReport,
    Suggest,
    Suggestions,
    Unanswered,
    Undo,
    Verify,
    Why,
)
from bot.modes import Modes
from bot.overhearing import Overhearing
from bot.overview import Examples, matters
from bot.permissions import ONLY_MODERATORS, Permissions, barrier, is_for_moderators
from bot.ports import Library, Searcher
from bot.postings import Postings
from bot.preferences import PreferenceBook, preference_of
from bot.privacy import Privacy
from bot.questions import Questions
from bot.receipts import Receipts
from bot.scopes import NOT_ALOUD, NOT_FOR_YOU, Scopes
from bot.sources import SourceDesk
from bot.statistics import Statistics
from bot.suggesting import holds, suggested
from bot.unanswered import OpenQuestions
from bot.welcoming import Welcome
from index.errors import (
    CatalogUnavailable,
    DocumentUnreadable,
    EmbedderChanged,
    EmbedderUnavailable,
    RerankerUnavailable,
    SourceExists,
    SourceOptionInvalid,
    SourcePaused,
    SourceUnavailable,
    SourceUnknown,
    SyncBusy,
)
from index.passages import Audience, Hit, Passage
from index.releases import shown

EXPECTED = (
    Cancelled,
    DocumentUnreadable,
    OutOfScope,
    ReleaseUnknown,
    PreferenceInvalid,
    ScheduleInvalid,
    SourceExists,
    SourceOptionInvalid,
    SourcePaused,
    SourceUnavailable,
    SourceUnknown,
    Stopping,
    SyncBusy,
)
"""What the asker can mend, or wait for; everything else is for the operator, who finds it in the log."""

FOR_THE_OPERATOR = (CatalogUnavailable, EmbedderChanged, EmbedderUnavailable, RerankerUnavailable)

LONGEST_NAMED = 40
"""Characters of what a person gave that a refusal repeats."""

ONLY_OWNERS = (
    "Only those whom the platform lets manage this community can change who moderates. Ask one of them."
)

WORDS_GONE = "I do not keep the words of questions for long, and those of this one are gone."

CALL_GONE = f"{WORDS_GONE} Save the answer with /answer and the question in your words, please."

REMOVED_SINCE = "That passage has been removed from its source since. Ask again, please."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the settings say of answering.

    From the probability ``threshold`` on (0 to 1) the bot answers, from ``closest`` on it shows the
    closest passage as such, and below both it stays silent.
    """

    threshold: float
    closest: float
    passages: int
    log_questions: bool = False

    def answers(self, probability: float) -> bool:
        """Whether a question is answered whose first passage answers with this probability."""
        return self.outcome(probability) is Outcome.ANSWER

    def outcome(self, probability: float) -> Outcome:
        """Return what comes of a question whose first passage answers with this probability."""
        if probability >= self.threshold:
            return Outcome.ANSWER
        return Outcome.CLOSEST if probability >= self.closest else Outcome.NOTHING


class Router:
    """Handles requests with the parts that it is given. Safe to call from several threads."""

    def __init__(
        self,
        *,
        searcher: Searcher,
        library: Library,
        ledger: Ledger,
        permissions: Permissions,
        limit: RateLimit,
        jobs: Jobs,
        policy: Policy,
        embedder: str,
        topics: Topics,
        preferences: PreferenceBook,
        privacy: Privacy,
        postings: Postings,
        escalation: Escalation,
        questions: Questions,
        examples: Examples,
        hindrances: Hindrances,
        errands: Errands,
        receipts: Receipts,
        audit: AuditTrail,
        hygiene: Hygiene,
        curation: Curation,
        desk: SourceDesk,
        welcome: Welcome,
        open_questions: OpenQuestions,
        modes: Modes,
        channels: Channels,
        scopes: Scopes,
        overhearing: Overhearing,
        aliases: AliasBook,
        golden: GoldenQuestions,
        statistics: Statistics,
        exports: Exports,
        workspace_ready: Callable[[str], None],
    ) -> None:
        """``workspace_ready`` is called with a workspace before each of its requests."""
        self._searcher = searcher
        self._library = library
        self._ledger = ledger
        self._permissions = permissions
        self._limit = limit
        self._jobs = jobs
        self._policy = policy
        self._embedder = embedder
        self._topics = topics
        self._preferences = preferences
        self._privacy = privacy
        self._postings = postings
        self._escalation = escalation
        self._questions = questions
        self._examples = examples
        self._hindrances = hindrances
        self._errands = errands
        self._receipts = receipts
        self._audit = audit
        self._hygiene = hygiene
        self._curation = curation
        self._desk = desk
        self._welcome = welcome
        self._open_questions = open_questions
        self._modes = modes
        self._channels = channels
        self._scopes = scopes
        self._overhearing = overhearing
        self._aliases = aliases
        self._golden = golden
        self._statistics = statistics
        self._exports = exports
        self._workspace_ready = workspace_ready

    def handle(self, request: Request, report: Watch = lambda progress: None) -> Reply:
        """Reply to a request; ``report`` is told of the progress of long ones. Never raises."""
        try:
            reply = self._handle(request, report)
            self._audit.note(request, reply)
            return reply
        except EXPECTED as error:
            is_at_machine = request.conversation.platform == "terminal"
            text = told_at_the_machine(error) if is_at_machine else str(error)
            return _spoken(request, Refused(text=text))
        except Exception as error:  # the one place that turns surprises into replies
            return _spoken(request, _failed(request, error))

    def _handle(self, request: Request, report: Watch) -> Reply:
        if barred := barrier(request):
            return _spoken(request, barred)
        if is_for_moderators(request) and not self._permissions.is_moderator(
            request.actor, request.conversation
        ):
            return Refused(text=ONLY_MODERATORS)
        if isinstance(request, Overhear):  # nothing is prepared for those who asked nothing
            return self._overhear(request)
        self._desk.sweep()
        if not isinstance(request, Releases | Suggest):  # who types does not wait for a first sync
            self._workspace_ready(request.conversation.workspace)
        match request:
            case Ask():
                return self._heeding_mode(request, self._ask(request))
            case SetMode():
                return self._modes.reply(request)
            case Scope():
                return self._scopes.reply(request)
            case Suggest():
                return self._suggest(request)
            case Releases():
                return self._scopes.releases(request)
            case More():
                return self._more(request)
            case ReadOn():
                return self._read_on(request)
            case Share():
                return self._share(request)
            case Escalate():
                return self._escalate(request)
            case Resolve():
                return self._escalation.resolve(request)
            case Delete():
                return self._delete(request)
            case Rate():
                return self._rate(request)
            case Why():
                return self._why(request)
            case Sources():
                return self._sources(request)
            case AddSource() | RemoveSource() | Reindex() | ShowSource() | PauseSource():
                return self._desk.handle(request, report)
            case Undo() | Cancel() | ScheduleSource():
                return self._desk.handle(request, report)
            case Preferences() | Prefer():
                return self._prefer(request)
            case MyData() | ForgetMe():
                return self._privacy.reply(request)
            case Status():
                return self._status(request)
            case Verify():
                return self._verify(request)
            case Audit():
                return self._audit.told(request.conversation.workspace)
            case Stats():
                return self._statistics.report(request.conversation.workspace)
            case Inspect():
                return self._hygiene.reply(request.conversation.workspace)
            case Export():
                return self._exports.export(request.kind, request.format, request.conversation.workspace)
            case SaveAnswer():
                return self._curation.save(request)
            case Review():
                return self._curation.review(request)
            case Decide():
                return self._decide(request, report)
            case Unanswered():
                return self._open_questions.listing(request)
            case Aliases():
                return self._aliases.listing(request)
            case Golden() | AddGolden() | GatherGolden():
                return self._golden.reply(request)
            case Notify():
                return self._open_questions.notify(request)
            case Follow():
                if request.text is None:
                    self._postings.drop(request.conversation.workspace, request.message)
                self._channels.follow(request)
                return self._curation.follow(request)
            case AddChannel():
                return self._channels.add(request)
            case Gathered():
                return self._channels.take(request)
            case ChannelChanged():
                return self._channels.changed(request)
            case Arrive():
                return self._welcome.arrive(request)
            case Overview():
                return self._overview(request)
            case _:
                assert_never(request)

    def _decide(self, request: Decide, report: Watch) -> Reply:
        match request.decision:
            case Decision.APPROVE | Decision.REJECT | Decision.WITHDRAW:
                return self._curation.decide(request)
            case Decision.WRITE:
                return self._open_questions.answer(request)
            case Decision.SAVE:
                question = self._escalation.question(request.conversation.workspace, request.item)
                return self._open_questions.save(request, question) if question else Refused(text=CALL_GONE)
            case Decision.POINT:
                return self._open_questions.find(request)
            case Decision.CHOOSE:
                return self._open_questions.choose(request)
            case Decision.FORGET:
                return self._aliases.take_back(request)
            case Decision.DROP:
                return self._golden.drop(request)
            case Decision.DISMISS:
                return self._open_questions.dismiss(request)
            case Decision.ACCEPT | Decision.KEEP:
                return self._settle_held(request, report)
            case _:
                assert_never(request.decision)

    # Questions

    def _ask(self, request: Ask) -> Reply:
        problem = objection(request.question)
        if problem:
            return Refused(text=problem)
        if too_fast := self._too_fast(request):
            return too_fast
        workspace = request.conversation.workspace
        audience = self._scopes.audience_of(request)
        question = request.question.strip()
        query = self._meant(request, audience)
        hits, outcome = self._found(query, audience)
        stands = False
        if query != question and tells(question):
            # It may not have leant on anything: what is answered as it stands, and no less surely, was
            # meant as it stands. "And on Windows?" is answered by much, but less surely.
            alone, outcome_alone = self._found(question, audience)
            surely = outcome is not Outcome.ANSWER or (alone and alone[0].confidence >= hits[0].confidence)
            if outcome_alone is Outcome.ANSWER and surely:
                stands, query, hits, outcome = True, question, alone, outcome_alone
        hits, alias = self._aliases.hits(query, hits, audience)
        outcome = Outcome.ANSWER if alias else outcome
        searched = query if query != question else ""
        says_something = outcome is Outcome.ANSWER or not chats(question)
        if says_something and (stands or query != question or not follows(query)):
            self._note_topic(request, query, hits if outcome is not Outcome.NOTHING else [])
        has_read = bool(hits or self._library.sources(workspace))
        asks_nothing = is_small_talk(question) or is_about_the_bot(question)
        if asks_nothing and has_read and outcome is not Outcome.ANSWER:
            return courteous(question, request.conversation.platform)
        self._log_question(request, outcome)
        if not has_read:
            return NoAnswer(text=_nothing_read(request))
        if outcome is not Outcome.ANSWER:
            self._open_questions.note(replace(request, question=query))
        if outcome is Outcome.NOTHING:
            id = secrets.token_urlsafe(9)
            self._statistics.note(workspace, outcome, id)
            where = self._looked_in(request, audience)
            self._questions.keep(id, workspace, request.actor.id, searched or request.question)
            return NoAnswer(
                text=f"I found nothing{where} that answers this.",
                nearest=nearest(hits),
                searched=searched,
                id=id,
            )
        # What was searched is what More and Why are about, and what is said when it is shared.
        remembered = self._ledger.remember(
            workspace,
            request.actor.id,
            searched or request.question,
            hits,
            sources=audience.sources,
            release=audience.release,
        )
        if alias:
            self._aliases.used(workspace, remembered.id, alias)
        self._statistics.note(workspace, outcome, remembered.id)
        shown = self.shown(workspace, remembered, 0, hits[0].passage, hits[0].also)
        return replace(shown, searched=searched)

    def _looked_in(self, request: Ask, audience: Audience) -> str:
        """Say in which sources was looked, where the asker or the channel has chosen some."""
        chosen = request.source.strip() or self._scopes.has_sources(request.conversation)
        within = f" in {', '.join(sorted(audience.sources))}" if chosen and audience.sources else ""
        return f"{within} for version {shown(audience.release)}" if audience.release else within

    def _found(self, query: str, audience: Audience) -> tuple[list[Hit], Outcome]:
        hits = self._searcher.search(query, k=self._policy.passages, audience=audience)
        return hits, self._policy.outcome(hits[0].confidence) if hits else Outcome.NOTHING

    def _note_topic(self, request: Ask, query: str, hits: list[Hit]) -> None:
        """Take note of what the conversation is about, unless the query says nothing of it."""
        topic = topic_of(query, (hits[0].passage.title, *hits[0].passage.heading) if hits else ())
        if topic.terms:
            self._topics.remember(request.actor, request.conversation, topic, whispered=request.whispered)

    def _meant(self, request: Ask, audience: Audience) -> str:
        """Return what to search: the question, with what it leans on in its conversation."""
        question = request.question.strip()
        topic = self._topics.recall(request.actor, request.conversation, whispered=request.whispered)
        if topic is None or not follows(question):
            return question
        query = in_full(question, topic, lambda words: self._searcher.frequencies(words, audience=audience))
        return query[:LONGEST_QUESTION]

    def _suggest(self, request: Suggest) -> Reply:
        audience = self._scopes.audience_of(request)
        asked = self._ledger.asked_before(
            audience.workspace, request.actor.id, threshold=self._policy.threshold
        )
        questions = [
            words
            for words, passage_id in asked.items()
            if not audience.is_bounded
            or (holds(words, request.typed) and self._searcher.read_back(passage_id, audience=audience))
        ]
        paths = self._searcher.paths(audience=audience)
        return Suggestions(texts=suggested(request.typed, paths=paths, questions=questions))

    def _heeding_mode(self, request: Ask, reply: Reply) -> Reply:
        aloud = not (request.whispered or request.conversation.private)
        if aloud and self._modes.mode(request.conversation) is Mode.OFF:
            return Aside(reply=reply)
        return reply

    def _overhear(self, request: Overhear) -> Offer | Silence:
        question = self._overhearing.question(request)
        if not question or objection(question):
            return Silence()
        workspace = request.conversation.workspace
        audience = self._scopes.audience(request.actor, request.conversation, aloud=True)
        hits = self._searcher.search(question, k=self._policy.passages, audience=audience)
        threshold = max(self._overhearing.threshold(workspace), self._policy.threshold)
        if not hits or hits[0].confidence < threshold:
            return Silence()
        turn = self._overhearing.turn(request, question)
        if turn is None:
            return Silence()
        similar = self._overhearing.similar(request, question)
        remembered = self._ledger.remember(
            workspace, request.actor.id, question, hits, sources=audience.sources, release=audience.release
        )
        self._overhearing.offered(turn, remembered.id)
        answer = self.shown(workspace, remembered, 0, hits[0].passage, hits[0].also)
        assert isinstance(answer, Answer), "it is above the threshold of answers"
        private = self._overhearing.is_private(request.conversation)
        return Offer(answer=answer, private=private, similar=similar)

    def posted(self, posting: Posting) -> None:
        """Take note where a passage was shown to a whole channel. Never raises."""
        try:
            self._overhearing.posted(posting)
        except Exception as error:  # what is on the screen stays there; the log says what failed
            log.error("A posting could not be noted", workspace=posting.workspace, exc_info=error)

    def purge(self) -> None:
        """Erase what is kept of people no longer. Never raises."""
        self._questions.purge()
        self._open_questions.purge()
        self._aliases.purge()

    def _too_fast(self, request: Ask | Escalate | Verify | Why) -> Refused | None:
        if request.conversation.platform == "terminal":
            return None
        wait = self._limit.wait((request.conversation.workspace, request.actor.id))
        if not wait:
            return None
        return Refused(text=f"You ask faster than I may answer. Try again in {math.ceil(wait)} s.")

    def _log_question(self, request: Ask, outcome: Outcome) -> None:
        words = {"question": request.question} if self._policy.log_questions else {}
        log.info(
            "A question was asked",
            outcome=outcome.value,
            workspace=request.conversation.workspace,
            **words,
        )

    def _more(self, request: More) -> Reply:
        remembered = self._recall(request)
        if remembered is None:
            return _forgotten()
        audience = self._scopes.audience_again(request, _searched(request, remembered))
        for offset in range(request.offset, len(remembered.candidates)) if request.offset >= 0 else ():
            # What is not for whoever asks is passed over; what is gone is said to be.
            if self._is_shown(remembered, offset, audience):
                return self._read_back(request, remembered, offset, audience)
        return Refused(text="That was the last passage I have for this question.")

    def _is_shown(self, remembered: Remembered, offset: int, audience: Audience) -> bool:
        """Whether a passage of an answer is for this audience, or gone for all."""
        id, everyone = remembered.candidates[offset].passage_id, Audience(workspace=audience.workspace)
        if audience == everyone or self._searcher.read_back(id, audience=audience):
            return True
        return self._searcher.read_back(id, audience=everyone) is None

    def _read_on(self, request: ReadOn) -> Reply:
        remembered = self._recall_shown(request)
        if remembered is None or request.step < 1:
            return _forgotten()
        audience = self._scopes.audience_again(request, _searched(request, remembered))
        if not self._is_shown(remembered, request.offset, audience):
            return Refused(text=NOT_FOR_YOU)
        found = remembered.candidates[request.offset].passage_id
        if self._searcher.read_back(found, audience=audience) is None:
            return NoAnswer(text=REMOVED_SINCE)
        passage, further = (
            self._searcher.following(found, step, audience=audience)
            for step in (request.step, request.step + 1)
        )
        if passage is None:
            return Refused(text="That was the end of the document.")
        quote = quoted(passage, (0, 0))
        return Continuation(
            id=remembered.id,
            offset=request.offset,
            step=request.step,
            quote=quote,
            goes_on=further is not None,
            receipt=self._receipts.record(audience.workspace, passage, quote),
        )

    def _escalate(self, request: Escalate) -> Reply:
        workspace = request.conversation.workspace
        question = self._questions.recall(workspace, request.answer_id)
        if question is None:
            return Refused(text=f"{WORDS_GONE} Ask it again, please, and then call a human.")
        if too_fast := self._too_fast(request):
            return too_fast
        try:
            audience = self._scopes.audience(request.actor, request.conversation, aloud=True)
        except OutOfScope:  # a human may know what the channel has no source for
            return self._escalation.call(request, question.words, ())
        hits = self._searcher.search(question.words.strip(), k=self._policy.passages, audience=audience)
        return self._escalation.call(request, question.words, nearest(hits))

    def _delete(self, request: Delete) -> Reply:
        remembered = self._recall(request)
        is_asker = remembered is not None and remembered.actor_id == request.actor.id
        if not is_asker and not self._permissions.is_moderator(request.actor, request.conversation):
            return Refused(text="Only the person who asked, or a moderator, can delete this.")
        self._postings.drop(request.conversation.workspace, request.message)
        return Deleted(text="Deleted.")

    def _share(self, request: Share) -> Reply:
        remembered = self._recall_shown(request)
        if remembered is None:
            return _forgotten()
        if remembered.actor_id != request.actor.id:
            return Refused(text="Only the person who asked can share this answer.")
        if not self._answers(remembered):
            return Refused(text="I am not sure enough of that passage to show it to everyone.")
        audience = self._scopes.audience_again(request, _searched(request, remembered), aloud=True)
        if not self._is_shown(remembered, request.offset, audience):
            return Refused(text=NOT_ALOUD)
        shown = self._read_back(request, remembered, request.offset, audience)
        return replace(shown, shared_by=request.actor) if isinstance(shown, Answer) else shown

    def _read_back(
        self, request: More | Share, remembered: Remembered, offset: int, audience: Audience
    ) -> Answer | Closest | NoAnswer:
        candidate = remembered.candidates[offset]
        passage, *also = (
            self._searcher.read_back(id, audience=audience) for id in (candidate.passage_id, *candidate.also)
        )
        if passage is None:
            return NoAnswer(text=REMOVED_SINCE)
        live = tuple(other for other in also if other is not None)
        return self.shown(request.conversation.workspace, remembered, offset, passage, live)

    def shown(
        self,
        workspace: str,
        remembered: Remembered,
        offset: int,
        passage: Passage,
        also: tuple[Passage, ...] = (),
    ) -> Answer | Closest:
        """Return the card of a passage of an answer; ``also`` are where nearly the same text stands."""
        candidate = remembered.candidates[offset]
        kind = Answer if self._answers(remembered) else Closest
        quote = quoted(passage, candidate.highlight)
        return kind(
            id=remembered.id,
            offset=offset,
            question=remembered.question,
            quote=quote,
            probability=candidate.probability,
            confidence=self._confidence(remembered, offset),
            has_more=offset + 1 < len(remembered.candidates),
            also=tuple(cited(other) for other in also[:ALSO]),
            receipt=self._receipts.record(workspace, passage, quote),
            chosen_by=self._aliases.chosen_by(remembered.id) if offset == 0 else "",
            goes_on=self._searcher.following(passage.id, 1, audience=Audience(workspace=workspace))
            is not None,
        )

    def _answers(self, remembered: Remembered) -> bool:
        """Whether the question was answered; its further passages are then shown as the first was."""
        return self._policy.answers(remembered.candidates[0].probability)

    def _confidence(self, remembered: Remembered, offset: int) -> Confidence:
        if not self._answers(remembered):
            return Confidence.LOW
        return in_words(remembered.candidates[offset].probability)

    def _why(self, request: Why) -> Reply:
        remembered = self._recall_shown(request)
        if remembered is None:
            return _forgotten()
        if not remembered.question:
            return Refused(text=f"{WORDS_GONE} Ask it again, please, and I can say why.")
        if too_fast := self._too_fast(request):
            return too_fast
        candidate = remembered.candidates[request.offset]
        audience = self._scopes.audience_again(request, _searched(request, remembered))
        if not self._is_shown(remembered, request.offset, audience):
            return Refused(text=NOT_FOR_YOU)
        explanation = self._searcher.explain(
            remembered.question.strip(), candidate.passage_id, audience=audience
        )
        if explanation is None:
            return Refused(text="I no longer find that passage for this question. Ask again, please.")
        return Reasons(
            shared=explanation.shared,
            kindred=explanation.kindred,
            missing=explanation.missing,
            sentence=sentence_quoted(explanation.hit.passage, candidate.highlight),
            probability=candidate.probability,
            confidence=self._confidence(remembered, request.offset),
            second=cited(explanation.second.passage) if explanation.second else None,
            also=tuple(cited(other) for other in explanation.hit.also[:ALL_ALSO]),
            signals=explanation.signals,
        )

    def _rate(self, request: Rate) -> Reply:
        remembered = self._recall_shown(request)
        if remembered is None:
            return _forgotten()
        before = self._ledger.rate(
            request.answer_id, request.offset, request.actor.id, helpful=request.helpful
        )
        done = "Noted as" if before in (None, request.helpful) else "Changed to"
        return Notice(text=f"Thank you. {done} {'helpful' if request.helpful else 'not helpful'}.")

    def _verify(self, request: Verify) -> Reply:
        if too_fast := self._too_fast(request):
            return too_fast
        found = self._receipts.find(request.receipt, workspace=request.conversation.workspace)
        receipts = [receipt for receipt in found if self._scopes.may_verify(request, receipt.source)]
        if not receipts:
            return Refused(
                text=f"I know no receipt “{request.receipt.strip()[:LONGEST_NAMED]}” here. "
                "Each answer names its own, below the passage."
            )
        [verified] = self._receipts.verify(receipts)
        return verified.told()

    def _recall(self, request: Delete | More | Rate | ReadOn | Share | Why) -> Remembered | None:
        return self._ledger.recall(request.conversation.workspace, request.answer_id)

    def _recall_shown(self, request: Rate | ReadOn | Share | Why) -> Remembered | None:
        """Return the answer to which a shown passage belongs, if it has one of that offset."""
        remembered = self._recall(request)
        if remembered is None or not 0 <= request.offset < len(remembered.candidates):
            return None
        return remembered

    # Sources

    def _sources(self, request: Sources) -> Reply:
        lines = self._lines(request)
        if not self._permissions.is_moderator(request.actor, request.conversation):
            lines = [_without_origin(line) for line in lines]
        return SourceList(sources=tuple(line.in_short for line in lines))

    def _lines(self, request: Sources | Overview) -> list[SourceLine]:
        known = self._scopes.known_to(request.actor, request.conversation)
        return [line for line in self._desk.lines(request.conversation.workspace) if line.name in known]

    def _overview(self, request: Overview) -> Reply:
        workspace = request.conversation.workspace
        lines = self._lines(request)
        moderates = self._permissions.is_moderator(request.actor, request.conversation)
        drafts, unanswered = self._curation.waiting(workspace), self._open_questions.waiting(workspace)
        return OverviewReport(
            sources=tuple(line.in_short if moderates else _without_origin(line) for line in lines),
            questions=self._answered_for(request.actor, request.conversation),
            matters=(
                *self._hindrances.told(workspace),
                *matters(lines, unanswered=unanswered, drafts=drafts, platform=request.conversation.platform),
            )
            if moderates
            else (),
        )

    def _answered_for(self, actor: Actor, where: Conversation) -> tuple[str, ...]:
        try:
            audience = self._scopes.audience(actor, where)
        except OutOfScope:
            return ()
        return self._examples.questions(audience)

    def _settle_held(self, request: Decide, report: Watch) -> Reply:
        workspace = request.conversation.workspace
        if request.decision is Decision.ACCEPT:
            return self._desk.accept(workspace, request.item, report)
        return self._desk.keep(workspace, request.item)

    # Preferences

    def _prefer(self, request: Preferences | Prefer) -> Reply:
        workspace = request.conversation.workspace
        match request:
            case Preferences():
                return PreferenceList(preferences=self._preferences.lines(workspace, request.name))
            case Prefer():
                needs_owner = preference_of(request.name).for_owners
                if needs_owner and not self._permissions.is_owner(request.actor, request.conversation):
                    return Refused(text=ONLY_OWNERS)
                value = self._preferences.choose(workspace, request.name, request.value)
                self.purge()
                return Notice(text=f"{request.name} is now {value or 'nothing'}.")
            case _:
                assert_never(request)

    def _status(self, request: Status) -> Reply:
        workspace = request.conversation.workspace
        sources = self._library.sources(workspace)
        helpful, not_helpful = self._ledger.ratings(workspace)
        return StatusReport(
            version=version("quoth"),
            embedder=self._embedder,
            sources=len(sources),
            documents=sum(source.documents for source in sources),
            passages=sum(source.passages for source in sources),
            failures=sum(len(source.failures) for source in sources),
            synced_at=max((source.synced_at for source in sources if source.synced_at), default=None),
            syncing=self._jobs.is_running(workspace),
            helpful=helpful,
            not_helpful=not_helpful,
            recall=self._searcher.recall(workspace=workspace),
        )


def _nothing_read(request: Ask) -> str:
    if request.conversation.platform == "terminal":
        return "I have read nothing yet. Give me a file or folder with /add PATH or `quoth sources add PATH`."
    return "I have read nothing yet. A moderator can add a source for me to read."


def _searched(request: More | ReadOn | Share | Why, remembered: Remembered) -> Audience:
    return Audience(
        workspace=request.conversation.workspace, sources=remembered.sources, release=remembered.release
    )


def _forgotten() -> Refused:
    return Refused(text="I no longer remember that answer. Ask again, please.")


def _without_origin(line: SourceLine) -> SourceLine:
    # Where a source lies on the machine, and what is wrong with its files, is for moderators.
    return replace(line, origin="", failures=())


def _spoken(request: Request, reply: Refused | Failed) -> Refused | Failed | Silence:
    """Return what went wrong, unless nobody waits to hear it."""
    return Silence() if isinstance(request, Overhear) else reply


def _failed(request: Request, error: Exception) -> Failed:
    reference = secrets.token_hex(4)
    known = isinstance(error, FOR_THE_OPERATOR)
    # Where a surprise came from is in its traceback; what is known is mended by its own words.
    facts = {"reason": str(error)} if known else {"exc_info": error}
    log.error(
        "A request failed",
        reference=reference,
        request=type(request).__name__,
        workspace=request.conversation.workspace,
        **facts,
    )
    text = str(error) if known else "Something went wrong on my side. Whoever runs me finds it in the log."
    return Failed(text=text, reference=reference)
