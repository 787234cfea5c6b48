"""What the estimate looks at: the same walk over bytes as TokenWeights.swift, as counts instead of a sum."""

LETTER, DIGIT, SPACE, TAB, LINE, CONTROL, MARK = 0, 1, 2, 3, 4, 5, 6
LATIN, GREEK, CYRILLIC, HEBREW, ARABIC, INDIC, OTHER3, SIGN, KANA, IDEOGRAPH, HANGUL, WIDE, PLANE = range(7, 20)
UPPER = 20
KINDS = 21
POSITIONS = 12


def kind_of(byte):
    """The kind of a character by its first byte. Capitals are letters with a mark of their own."""
    if byte < 0x80:
        character = chr(byte)
        if "a" <= character <= "z":
            return LETTER
        if "A" <= character <= "Z":
            return UPPER
        if "0" <= character <= "9":
            return DIGIT
        return {" ": SPACE, "\t": TAB, "\n": LINE}.get(character, CONTROL if byte < 0x20 or byte == 0x7F else MARK)
    if byte < 0xCE:
        return LATIN
    if byte < 0xD0:
        return GREEK
    if byte < 0xD4:
        return CYRILLIC
    if byte < 0xD8:
        return HEBREW
    if byte < 0xE0:
        return ARABIC
    return {0xE0: INDIC, 0xE1: OTHER3, 0xE2: SIGN, 0xE3: KANA}.get(
        byte, IDEOGRAPH if byte < 0xEA else HANGUL if byte < 0xEE else WIDE if byte < 0xF0 else PLANE)


KIND = [kind_of(byte) for byte in range(256)]

# Where each table of weights begins.
FOLLOWING = 0                                # [kind before][kind]
POSITION = FOLLOWING + KINDS * KINDS         # [kind][place in a run of its kind, from 0]
BYTE = POSITION + KINDS * POSITIONS          # [byte]: which mark, which first byte
PAIR = BYTE + 256                            # [letter before, 0 for none][letter], a to z as 1 to 26
REPEAT = PAIR + 27 * 27                      # [kind]: the same byte again
SECOND = REPEAT + KINDS                      # [first byte from 0xC2 to 0xF4][second byte]
COUNT = SECOND + 51 * 64


def features(text):
    """How often each weight counts: {index: count}."""
    counts = {}

    def add(index):
        counts[index] = counts.get(index, 0) + 1

    before, place, letter, last = LINE, 0, 0, 0
    first = 0
    for byte in text.encode():
        if 0x80 <= byte < 0xC0:
            if first:
                add(SECOND + (first - 0xC2) * 64 + (byte & 63))
                first = 0
            continue
        kind = KIND[byte]
        # A word goes on in small letters; capitals go on in capitals.
        same = kind == before or kind == LETTER and before == UPPER
        place = min(place + 1, POSITIONS - 1) if same and not (kind == DIGIT and place == 2) else 0
        add(FOLLOWING + before * KINDS + kind)
        add(POSITION + kind * POSITIONS + place)
        if kind == LETTER or kind == UPPER:
            next_letter = byte & 31
            add(PAIR + letter * 27 + next_letter)
            letter = next_letter
        else:
            add(BYTE + byte)
            letter = 0
        if byte == last:
            add(REPEAT + kind)
        first = byte if 0xC2 <= byte <= 0xF4 else 0
        before, last = kind, byte
    return counts
