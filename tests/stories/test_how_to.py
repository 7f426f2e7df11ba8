"""The commands on the pages for people are run as they stand there, and answer what the pages say."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.stories import console

ROOT = Path(__file__).parents[2]
LAPTOP, SANDBOX, UNTESTED = "tested on a laptop", "tested in the sandbox", "not tested: "
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += [page for folder in ("how-to", "runbooks") for page in sorted((ROOT / "docs" / folder).glob("*.md"))]
TEXTS = [*PAGES, *sorted((ROOT / "docs").glob("adr/*.md")), *sorted((ROOT / "docs").glob("reference/**/*.md"))]
LINK = re.compile(r"\[[^\]]+\]\((?!https?://)([^)#]+)[^)]*\)")
PLACE = re.compile(r"`((?:pipeline|policies|stacks|tenants|tests|docs|requirements)/[\w./-]+)`")
STORY = [
    "use-the-sandbox",
    "probe",
    "promote",
    "re-run",
    "find-the-cause",
    "roll-back",
]  # one sandbox, one page after the other


def clone(folder):
    """A clone of what is committed, with an author."""
    subprocess.run(["git", "clone", "-q", ROOT, folder], check=True, timeout=120)
    for key, value in (("user.name", "Ada"), ("user.email", "ada@acmeconnect.example"), ("commit.gpgsign", "false")):
        subprocess.run(["git", "-C", folder, "config", key, value], check=True, timeout=60)
    return folder


def title(page):
    return page.relative_to(ROOT).as_posix()


@pytest.fixture
def here(tmp_path, toolset, monkeypatch):
    """A clone in which `acme` finds the programs that the tests were given."""
    monkeypatch.setenv("PATH", f"{toolset.opa.parent}:{toolset.pulumi_root / 'bin'}", prepend=":")
    return clone(tmp_path / "acmeconnect")


def test_every_link_leads_somewhere():
    """Links between pages and into the tree are whole."""
    links = [(page, link) for page in TEXTS for link in LINK.findall(page.read_text(encoding="utf-8"))]
    assert links
    assert [f"{title(page)}: {link}" for page, link in links if not (page.parent / link).exists()] == []


def test_every_place_that_a_page_names_is_there():
    """A path of the tree in a text leads to a file or a folder."""
    places = [(page, place) for page in TEXTS for place in PLACE.findall(page.read_text(encoding="utf-8"))]
    assert places
    assert [f"{title(page)}: {place}" for page, place in places if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=title)
def test_every_console_block_says_whether_it_is_tested(page):
    """A command on a page is run by a test, or the page says why not."""
    marks = {mark for mark, _ in console.blocks(page)}
    assert {mark for mark in marks if mark not in (LAPTOP, SANDBOX) and not mark.startswith(UNTESTED)} == set()


@pytest.mark.parametrize("page", [page for page in PAGES if console.commands(page, LAPTOP)], ids=title)
def test_a_page_does_on_a_laptop_what_it_says(page, here):
    """Without a sandbox and without the cloud."""
    for command in console.commands(page, LAPTOP):
        console.run(command, here)


def test_the_pages_of_the_sandbox_tell_one_story(here):
    """From `sandbox up` to a rollback, page by page, in a sandbox of its own that is ended whatever happens."""
    assert {page.stem for page in PAGES if console.commands(page, SANDBOX)} == set(STORY)
    try:
        for name in STORY:
            for command in console.commands(ROOT / f"docs/how-to/{name}.md", SANDBOX):
                console.run(command, here)
    finally:
        console.run(console.Command("./acme sandbox down", (), 0), here)


def test_an_answer_that_lacks_a_line_is_seen():
    """Order counts, `…` stands for anything, and nothing else does."""
    said = "one\nallowed: globex: 22 checks, 0.4 s\nthree\n"
    assert console.first_missing(["one", "allowed: globex: … checks, …", "three"], said) is None
    assert console.first_missing(["three", "one"], said) == "one"
    assert console.first_missing(["refused: …"], said) == "refused: …"
