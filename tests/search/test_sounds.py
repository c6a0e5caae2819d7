"""How words sound: the list of syllables is complete, and whoever is asked nothing by ear does not load the dictionary."""

import re
import subprocess
import sys

from search import sounds


def test_every_syllable_of_the_dictionary_is_known() -> None:
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    found = {
        to_normal(reading)
        for code, readings in PINYIN_DICT.items()
        if 0x4E00 <= code <= 0x9FA5
        for reading in readings.split(",")
    }
    vowelled = {s for s in found if s.isascii() and s.isalpha() and re.search("[aeiouv]", s)}
    assert vowelled == sounds.KNOWN


def test_letters_are_read_as_syllables() -> None:
    read = sounds.readings("gongjiao")
    assert {(0, 4, "gon"), (4, 8, "jiao")} <= set(read)
    assert sounds.readings("router5") == []


def test_a_web_process_loads_no_dictionary_of_sounds_before_somebody_writes_by_ear() -> None:
    asked = (
        "import sys, search.correcting, search.completing, search.lookup; from search import sounds; "
        "sounds.readings('gongjiao'); assert 'pypinyin' not in sys.modules; "
        "assert sounds.spelt('公交') == 'gongjiao'"
    )
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'portal.settings.test'; "
        f"import django; django.setup(); assert 'pypinyin' not in sys.modules; {asked}"
    )
    done = subprocess.run([sys.executable, "-c", f"import sys; {code}"], capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
