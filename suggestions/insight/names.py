"""Likely personal names in Chinese text: a surname and a given name beside a word that announces a person.

Names have no check digit, so every hit is a proposal. The announcing word is required: without it, half
the language begins with a surname (高血压, 方便, 于是, 任课老师).
"""

import re
from collections.abc import Iterator

import rjieba

_SURNAMES = set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛"
    "邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单裴霍涂成苗谷盛曲翁冉骆蓝"
    "路游辛靳管柴蒙鲍华喻祁房蒲滕屈饶解牟艾尤穆农司卓古吉缪简项连芦麦褚娄窦戚岑景宫费卜冷晏席卫柏宗瞿桂"
    "佟应臧闵苟邬边卞姬仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩佘池苑迟邝佘竺诸糜阚阙郁宓蔺鄢戎逄晁芮幸郜漆尧占帅"
)
# A given name does not hold these; a phrase like 扫马路的奶奶 or 把钱给老师 does.
_NOT_GIVEN = set(
    "的了给着得到在是说和与跟把让被从对向不们个这那也就都还没很要会能可去来过上下里外路楼层口月日元块局副县您你我他她它人"
)
# Surnames that are everyday words too: what follows them must not be a word by itself (于体育老师).
_WORDLIKE = set("于任常应单路方高白金江石安温成包管万向时")
_COMPOUND = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "司徒",
    "夏侯",
    "慕容",
    "令狐",
    "端木",
    "公孙",
    "轩辕",
)

_KIN = (
    "婆婆|公公|爷爷|奶奶|外公|外婆|姥姥|姥爷|父亲|母亲|爸爸|妈妈|爸|妈|爹|娘|老公|老婆|丈夫|妻子|爱人|老伴|儿子|女儿|孙子|孙女|外孙女?"
    "|哥哥|姐姐|弟弟|妹妹|大哥|大姐|叔叔|阿姨|舅舅|姑姑|伯伯|岳父|岳母|儿媳妇?|女婿|侄子|侄女|邻居|同事|室友|同学|朋友|房东|租客"
    "|业主|居民|村民|市民|住户|患者|病人|老人|老师|学生|网格员|志愿者|召集人|支书|护工|业委会主任|楼长|司机|车主|店主|老板|负责人|工作人员|民警|医生|护士|主任|局长|科长|书记|经理|队长|保安"
)
_TITLE = (
    "先生|女士|小姐|太太|同志|老师|师傅|大爷|大妈|大叔|大婶|大哥|大姐|阿姨|叔叔|爷爷|奶奶|老人|老伯|医生|大夫|护士长?|主任|局长|副局长|处长|科长"
    "|书记|经理|队长|所长|院长|校长|警官|警察|法官|律师|教授|老板|同学|网格员|楼长|区长|镇长|村长|市长|县长"
)
_LABEL = "姓名|联系人|名叫|名字叫?|叫做|户主|当事人|经办人|投诉人|建议人|反映人|申请人|报修人|收件人|代理人|落款|签名|署名"

# Announcing word, an optional joiner, then the place where a name may begin.
_BEFORE = re.compile(rf"(?:{_KIN})(?:叫|是|名叫|：|:|、)?(?=[\u4e00-\u9fff]{{2}})")
_LABELLED = re.compile(rf"(?:{_LABEL})(?:是|为|叫)?[：:\s]{{0,3}}(?=[\u4e00-\u9fff]{{2}})")
_SELF = re.compile(r"(?:我叫|我名叫|本人叫|本人姓名)(?=[\u4e00-\u9fff]{2})")
_CLAIMED = re.compile(r"(?:我是|本人是?|他叫|她叫|人叫|叫|找我|找)(?=[\u4e00-\u9fff]{2})")
_AFTER = re.compile(rf"(?=(?:{_TITLE}))")
_SIGNED = re.compile(r"(?:敬礼|谢谢)[！!。.]?\s*([\u4e00-\u9fff]{2,4})\s*(?:$|\n|\d{4}年)")
_SALUTED = re.compile(
    r"(?:^|\n|尊敬的)\s*([\u4e00-\u9fff]{1,2})(?=(?:先生|女士|小姐|同志)[，,：:您你])"
)
# 刘奶奶, 赵家阿公, 老宋头: neighbours know who that is.
_NICK = re.compile(
    r"([\u4e00-\u9fff])(?:家(?:阿公|阿婆|老大|老二|老三|媳妇|儿子|女儿|大爷|奶奶|爷爷)"
    r"|奶奶|爷爷|婆婆|阿婆|阿公|大爷|大妈|大伯|大婶|老太太?|老先生|先生|女士|嫂|姐|伯|婶|阿姨)"
    r"|老([\u4e00-\u9fff])头|[老小]([\u4e00-\u9fff])(?=[说讲两帮拖去来家，。、：；]|$)"
)
_COMMON = set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范倪"
)
_NUMBERED = re.compile(r"(?<=\d{3})(?:室|号|户)?(?=[\u4e00-\u9fff]{3})")
_ENDS = re.compile(
    r"$|[\s，。、；：！？,.;:!?()（）“”\"'\d\0A-Za-z]|今年|住|的|是|在|家|和|与|反映|建议|联系|电话|手机"
)
# Behind these a run of characters is a place or a body, not a person.
_PLACE = tuple("市县区镇乡路街道桥河湖站局院校司厂店")


_OTHER_END = re.compile(rf"(?:{_TITLE})$|[{''.join(_PLACE)}]$")


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Where likely names stand, as (start, end); may repeat and overlap."""
    for pattern, strict in ((_LABELLED, False), (_SELF, False), (_BEFORE, True), (_CLAIMED, True)):
        for match in pattern.finditer(text):
            length = _name_at(text, match.end(), strict or pattern is _BEFORE)
            if length and (pattern is not _CLAIMED or _ENDS.match(text, match.end() + length)):
                yield match.end(), match.end() + length
    for match in _AFTER.finditer(text):
        length = _name_before(text, match.start())
        if length:
            yield match.start() - length, match.start()
    for match in _NICK.finditer(text):
        if (match[1] or match[2] or match[3]) in _COMMON:
            yield match.span()
    for match in _NUMBERED.finditer(text):
        word = text[match.end() : match.end() + 3]
        alone = len(rjieba.tag(word)) == 1
        if alone and _is_name(word) and _ENDS.match(text, match.end() + 3):
            yield match.end(), match.end() + 3
    at = 0
    for word, tag in rjieba.tag(text):
        # Three characters the segmenter itself takes for a person, before a mark or a verb.
        likely = tag == "nr" and len(word) == 3 and word[0] in _COMMON and _is_name(word)
        if likely and not _OTHER_END.search(word) and _ENDS.match(text, at + 3):
            yield at, at + 3
        at += len(word)
    for pattern in (_SIGNED, _SALUTED):
        for match in pattern.finditer(text):
            if _begins(match[1]) and (pattern is _SALUTED or _is_name(match[1])):
                yield match.span(1)


def _begins(word: str) -> bool:
    return word[:2] in _COMPOUND or word[:1] in _SURNAMES


def _is_name(word: str) -> bool:
    """A surname and one or two characters that are not an ordinary word of the language."""
    given = len(word) - (2 if word[:2] in _COMPOUND else 1)
    if not _begins(word) or not 1 <= given <= 2 or _NOT_GIVEN & set(word[-given:]):
        return False
    if word[0] in _WORDLIKE and given == 2:
        rest = rjieba.tag(word[1:])
        if len(rest) == 1 and str(rest[0][1])[:1] in "vadcpr" and str(rest[0][1])[:2] != "nr":
            return False
    tokens = rjieba.tag(word)
    if len(tokens) == 1:
        # Place names (郑德海) are often taken from persons; other single words are words.
        return str(tokens[0][1])[:2] in ("nr", "ns", "nz")
    return (
        len(tokens[0][0]) <= 2
        and tokens[0][0] == word[: len(tokens[0][0])]
        and _begins(tokens[0][0])
    )


def _name_at(text: str, start: int, strict: bool) -> int:
    """Length of the name that begins at `start`, 0 when none does.

    Not strict (behind 姓名： or 我叫): a run that ends at a mark is a name whatever its characters.
    """
    run = re.match(r"[\u4e00-\u9fff]{2,8}", text[start : start + 8])
    if not run or not _begins(run[0]):
        return 0
    if not strict and 2 <= len(run[0]) <= 4 and not run[0].endswith(_PLACE):
        return len(run[0])
    surname = 2 if run[0][:2] in _COMPOUND else 1
    tokens = [(str(word), str(tag)) for word, tag in rjieba.tag(run[0])]
    first, tag = tokens[0]
    length = len(first)
    if length > surname:
        if tag[:2] not in ("nr", "ns", "nz") or not 1 <= length - surname <= 2:
            return 0
        # 王芳 + 芳: the segmenter may leave the last character of a name by itself, before a mark.
        rest = run[0][length:]
        if length == surname + 1 and len(rest) == 1:
            length += 1
    elif length == surname and len(tokens) > 1:
        given, kind = tokens[1]
        after = start + surname + len(given)
        if len(given) > 2 or (strict and kind[0] in "vpdcrumtfaq" and not _ENDS.match(text, after)):
            return 0
        length += len(given)
        if len(given) == 1 and len(run[0]) == surname + 2:
            length += 1
    else:
        return 0
    if run[0][length : length + 1] in _PLACE or (strict and not _is_name(run[0][:length])):
        return 0
    return length


def _name_before(text: str, end: int) -> int:
    """Length of the full name that ends at `end`, right before a title; 0 when none does."""
    for length in (4, 3, 2):
        word = text[max(0, end - length) : end]
        if len(word) == length and re.fullmatch(r"[\u4e00-\u9fff]+", word) and _is_name(word):
            return length
    return 0


def surname_of(name: str) -> str:
    """The part of a person's name that is used to address them: 欧阳 of 欧阳若水, 王 of 王芳, the last word of a foreign one."""
    text = "".join(name.split()) if re.search("[\u4e00-\u9fff]", name) else name.strip()
    if re.match("[\u4e00-\u9fff]", text):
        return text[:2] if text[:2] in _COMPOUND and len(text) > 2 else text[:1]
    words = text.split()
    return words[-1][:20] if words else ""
