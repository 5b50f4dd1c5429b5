"""What is asked and answered, in numbers."""

from io import BytesIO

from PIL import Image, ImageColor

from bot.charts import ANSWERED, ASKED, HEIGHT, WIDTH, questions_per_day
from bot.messages import (
    Conversation,
    Day,
    Prefer,
    Rate,
    Refused,
    StatisticsReport,
    Stats,
)
from bot.statistics import DAYS, KEPT
from bot.testing import NOON
from tests.bot.conftest import ANN, BOB, ELSEWHERE, HERE, MODERATOR, Bench

DAY = 86_400.0


def report(bench: Bench, conversation: Conversation = HERE) -> StatisticsReport:
    reply = bench.handle(Stats(actor=MODERATOR, conversation=conversation))
    assert isinstance(reply, StatisticsReport)
    return reply


def ask(bench: Bench, question: str) -> None:
    bench.clock.advance(10)
    bench.ask(question)


def test_questions_are_counted_by_day_with_those_that_were_answered(bench: Bench) -> None:
    bench.read_tea()
    ask(bench, "green tea degrees")
    ask(bench, "who painted the green chapel ceiling")
    bench.clock.advance(2 * DAY)
    ask(bench, "green tea degrees")
    found = report(bench)
    assert DAYS == len(found.days)
    assert [(2, 1), (0, 0), (1, 1)] == [(day.questions, day.answered) for day in found.days[-3:]]
    assert ("Answered", "2 of 3 (67%)") in found.figures


def test_what_is_older_than_the_days_shown_does_not_count(bench: Bench) -> None:
    bench.read_tea()
    ask(bench, "green tea degrees")
    bench.clock.advance(DAYS * DAY)
    assert ("Questions", "0 in 30 days") in report(bench).figures
    bench.clock.advance(KEPT.total_seconds())
    ask(bench, "green tea degrees")
    with bench.records.read() as db:
        assert [(1,)] == db.execute("SELECT count(*) FROM asked").fetchall()


def test_helpful_answers_and_quoted_documents_are_named(bench: Bench) -> None:
    bench.read_tea()
    bench.upload("Coffee is ground.", "coffee")
    answer = bench.answer("green tea degrees")
    bench.answer("green tea degrees", BOB)
    for actor, helpful in ((ANN, True), (BOB, False)):
        bench.handle(Rate(actor=actor, conversation=HERE, answer_id=answer.id, offset=0, helpful=helpful))
    figures = dict(report(bench).figures)
    assert "1 of 2 (50%)" == figures["Found helpful"]
    assert "Tea (2)" == figures["Most quoted"]
    assert "Coffee" == figures["Never quoted"]


def test_what_is_asked_most_is_named_as_far_as_words_are_kept(bench: Bench) -> None:
    bench.read_tea()
    for days, question in (("30", "Green tea degrees"), ("30", "green  tea DEGREES"), ("30", "black tea")):
        bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value=days))
        ask(bench, question)
    assert "Green tea degrees (2); black tea (1)" == dict(report(bench).figures)["Asked most"]
    bench.handle(Prefer(actor=MODERATOR, conversation=HERE, name="questions.keep", value="0"))
    assert "Asked most" not in dict(report(bench).figures)


def test_nothing_is_said_of_what_never_was(bench: Bench) -> None:
    figures = dict(report(bench).figures)
    assert {"Questions", "Answered", "Found helpful"} == set(figures)
    assert "none yet" == figures["Answered"]


def test_a_long_list_of_what_was_never_quoted_is_cut(bench: Bench) -> None:
    for number in range(8):
        bench.upload(f"Note {number} is short.", f"note-{number}")
    never = dict(report(bench).figures)["Never quoted"]
    assert never.endswith("; and 3 more")


def test_only_moderators_and_only_of_this_workspace_see_the_numbers(bench: Bench) -> None:
    bench.read_tea()
    ask(bench, "green tea degrees")
    assert isinstance(bench.handle(Stats(actor=ANN, conversation=HERE)), Refused)
    elsewhere = report(bench, ELSEWHERE)
    assert 0 == sum(day.questions for day in elsewhere.days)
    assert () == elsewhere.most_quoted


def test_neither_words_nor_people_are_counted(bench: Bench) -> None:
    bench.read_tea()
    ask(bench, "green tea degrees")
    with bench.records.read() as db:
        written = str(db.execute("SELECT * FROM asked").fetchall())
    assert "degrees" not in written
    assert "ann" not in written


def test_a_question_that_cannot_be_counted_is_answered(bench: Bench) -> None:
    bench.read_tea()
    with bench.records.write() as db:
        db.execute("DROP TABLE asked")
    assert bench.answer("green tea degrees")


def test_the_chart_has_a_bar_for_each_day_as_high_as_its_questions() -> None:
    days = [
        Day(date=NOON.date(), questions=count, answered=answered)
        for count, answered in ((4, 1), (0, 0), (2, 2))
    ]
    image = Image.open(BytesIO(questions_per_day(days))).convert("RGB")
    assert (WIDTH, HEIGHT) == image.size
    colours = {colour: count for count, colour in image.getcolors(WIDTH * HEIGHT) or []}
    asked, answered = (colours[ImageColor.getrgb(colour)] for colour in (ASKED, ANSWERED))
    assert 1 == round(asked / answered)  # three units of each


def test_a_chart_of_nothing_is_a_chart_all_the_same() -> None:
    assert (WIDTH, HEIGHT) == Image.open(BytesIO(questions_per_day([]))).size
