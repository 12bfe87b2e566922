"""Secrets are masked in all texts: as words where they are short or plain, else anywhere."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from taskwall.core.values import Known
from taskwall.findings.finding import Fix
from taskwall.findings.redaction import SHOWN, Redactor
from taskwall.readers.terraform.values.sensitive import Derived, with_derived

TEXTS = st.sampled_from(
    [
        "abcd",
        "bcd",
        "xabcdx",
        "word",
        "other",
        "a word",
        "x",
        "long secret",
        "in a long secret text",
    ]
)


def masked(mask: Redactor, line: str) -> str:
    """A line of a source, as it is shown."""
    (found,) = mask.redact_lines([line])
    return found


MADE = st.tuples(st.lists(TEXTS, max_size=3), TEXTS)


@given(st.lists(TEXTS, max_size=2), st.lists(MADE, max_size=6), st.randoms())
def test_what_is_derived_hangs_on_no_order(
    met: list[str], made: list[tuple[list[str], str]], chance: Random
) -> None:
    """Whatever is evaluated first; and what one sensitive text is made of is not hidden by it."""
    derived = [Derived(map(Known, texts), Known(result)) for texts, result in made]
    found = with_derived(met, derived)
    assert found.issuperset(met)
    for texts, result in made:
        held = [one for text in texts for one in found if one in text]
        if result not in texts and any(len(one) < 8 or one not in result for one in held):
            assert result in found or result in held or len(result) < 3
    assert found.difference(met) <= {result for _, result in made}
    chance.shuffle(derived)
    assert with_derived(reversed(met), derived) == found


def test_words_of_a_fix_stay_beside_names_of_sources() -> None:
    """What a rule says of a fix is none of the sources, whatever is said of the place after it."""
    mask = Redactor(["required"], ["http_tokens = required"])
    fix = mask.apply(Fix("http_tokens = required\nmodule required is downloaded."))
    assert fix == Fix("http_tokens = required\nmodule (sensitive) is downloaded.")


def test_short_secrets_are_masked_as_words_only() -> None:
    """A short text within a longer word is not what was meant."""
    mask = Redactor(["web", "long enough", "x"])
    assert mask.redact("web, aws_ecs_service.web and website x") == (
        f"{SHOWN}, aws_ecs_service.web and website x"
    )
    assert mask.redact("how long enough is") == f"how {SHOWN} is"
    assert masked(mask, "  web = 1") == "  *** = 1"


def test_plain_words_are_masked_as_words_only() -> None:
    """A name of a resource may hold the word that somebody has for a password."""
    mask = Redactor(["postgres", "54321543", "correcthorsebattery"])
    assert mask.redact("aws_db_instance.postgres and aws_db_parameter_group.postgres16") == (
        "aws_db_instance.postgres and aws_db_parameter_group.postgres16"
    )
    assert mask.redact("postgres://postgres:postgres@db:54321543/a-54321543") == (
        f"{SHOWN}://{SHOWN}:{SHOWN}@db:{SHOWN}/a-54321543"
    )
    assert mask.redact("xcorrecthorsebattery1") == f"x{SHOWN}1"


def test_secrets_that_extend_each_other_are_masked_to_the_letter() -> None:
    """As many stars as letters, at the end of a text too; what two secrets share is masked once."""
    mask = Redactor(["abcdEfg", "abcdEfghi", "Efghijklmn"])
    assert masked(mask, "x = abcdEfg") == "x = *******"
    assert mask.redact("x = abcdEfg") == f"x = {SHOWN}"
    assert masked(mask, "abcdEfghi.") == "*********."
    assert masked(mask, "abcdEfghijklmn") == "*" * 14
    assert mask.redact("abcdEfghijklmn") == SHOWN


@given(
    st.lists(st.text("abC. ", min_size=1, max_size=20), max_size=5),
    st.lists(st.text("abC. ", max_size=12), max_size=6),
)
def test_no_long_secret_is_left(hidden: list[str], pieces: list[str]) -> None:
    """Whatever is around it, a secret of eight characters is gone; one plain word, of sixteen."""
    secrets = [
        text
        for text in hidden
        if len(text.strip()) >= (16 if set(text.strip()) <= set("ab") else 8)
    ]
    rows = zip(pieces, [*secrets, *[""] * 6], strict=False)
    text = "".join(part for row in rows for part in row)
    mask = Redactor(hidden)
    assert len(masked(mask, text)) == len(text)
    assert not any(secret.strip() in mask.redact(text) for secret in secrets)
    assert not any(secret.strip() in masked(mask, text) for secret in secrets)


@given(
    st.lists(st.text("abC. \n", min_size=1, max_size=12), max_size=5),
    st.lists(st.text("abC. ", max_size=12), min_size=1, max_size=8),
)
def test_a_line_is_masked_whatever_stands_around_it(hidden: list[str], lines: list[str]) -> None:
    """The lines of a file are masked as each by itself."""
    mask = Redactor(hidden)
    assert mask.redact_lines(lines) == [masked(mask, line) for line in lines]
