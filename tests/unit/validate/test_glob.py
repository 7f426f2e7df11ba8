"""Two file patterns overlap exactly where some name matches both."""

from fnmatch import fnmatchcase
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from pipeline.validate.glob import common

PATTERNS = st.text(alphabet="ab*?", max_size=5)
NAMES = ["".join(letters) for length in range(6) for letters in product("ab", repeat=length)]


@given(PATTERNS, PATTERNS)
def test_a_common_name_matches_both(first, second):
    """And where there is none, no short name matches both."""
    name = common(first, second)
    if name is not None:
        assert fnmatchcase(name, first)
        assert fnmatchcase(name, second)
    else:
        assert not [n for n in NAMES if fnmatchcase(n, first) and fnmatchcase(n, second)]
