"""How words sound: pinyin without tones, so that what is typed by ear or by keyboard finds what is meant.

Pairs that much of the south does not tell apart (zh/z, ch/c, sh/s, n/l, -ng/-n) are one sound here.
"""

import re
from functools import lru_cache
from typing import Any

_FOLDS = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^l(?=[a-z])"), "n"),
    (re.compile(r"ng$"), "n"),
    (re.compile("ü|v"), "u"),
)
MOST_LETTERS = 48
KNOWN = frozenset(
    """
    a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao ce cen ceng
    cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci cong cou cu
    cuan cui cun cuo da dai dan dang dao de dei den deng di dia dian diao die ding diu dong dou du duan dui dun duo
    e ei en eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai
    guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji jia
    jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke kei ken keng kong kou ku kua kuai
    kuan kuang kui kun kuo la lai lan lang lao le lei len leng li lia lian liang liao lie lin ling liu lo long lou
    lu luan lun luo lv lve ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan
    nang nao ne nei nen neng ni nian niang niao nie nin ning niu nong nou nu nuan nun nuo nv nve o ou pa pai pan
    pang pao pei pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan
    que qun ran rang rao re ren reng ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai
    shan shang shao she shei shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou su suan sui
    sun suo ta tai tan tang tao te tei teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei
    wen weng wo wu xi xia xian xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo
    yong you yu yuan yue yun za zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi
    zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo
    """.split()  # noqa: SIM905  four hundred quoted words would be read by nobody
)
"""Every syllable there is, as it is typed (ü as v). Interjections without a vowel (m, n, ng, hm) would make a word of any letters."""


def _pinyin(word: str) -> list[str]:
    # Its dictionary takes 55 MB: a web worker that is asked for nothing by ear does without.
    from pypinyin import Style, lazy_pinyin

    return list(lazy_pinyin(word, style=Style.NORMAL, errors=_apart))


def _apart(text: str) -> Any:
    """What has no sound stays, character by character."""
    return list(text)


def fold(syllable: str) -> str:
    """One syllable in the spelling that stands for all that sound alike."""
    for pattern, into in _FOLDS:
        syllable = pattern.sub(into, syllable)
    return syllable


@lru_cache(maxsize=4096)
def syllables(word: str) -> tuple[str, ...]:
    """The folded syllable of each Han character of a normalised word; other characters stay as they are."""
    return tuple(fold(s) for s in _pinyin(word))


def sound(word: str) -> str:
    """The whole word's sound, folded, without spaces."""
    return "".join(syllables(word))


def spelt(word: str) -> str:
    """The whole word in plain pinyin, as somebody types it."""
    return "".join(_pinyin(word))


def initials(word: str) -> str:
    """The first letter of each syllable: gj for 公交."""
    return "".join(s[:1] for s in _pinyin(word))


def readings(letters: str) -> list[tuple[int, int, str]]:
    """(start, end, folded syllable) of every place where Latin letters may be read as one syllable, if the whole can
    be read; else nothing. Bounded: longer text than MOST_LETTERS is no pinyin.
    """
    if not letters.isascii() or not letters.isalpha() or len(letters) > MOST_LETTERS:
        return []
    edges: dict[int, list[tuple[int, str]]] = {}
    for start in range(len(letters)):
        ends = (e for e in range(start + 1, min(start + 6, len(letters)) + 1))
        edges[start] = [(e, fold(s)) for e in ends if (s := letters[start:e]) in KNOWN]
    reach = {len(letters)}
    for start in range(len(letters) - 1, -1, -1):
        if any(end in reach for end, _ in edges[start]):
            reach.add(start)
    if 0 not in reach:
        return []
    seen, found = {0}, []
    for start in range(len(letters)):
        if start in seen:
            for end, syllable in edges[start]:
                if end in reach:
                    seen.add(end)
                    found.append((start, end, syllable))
    return found
