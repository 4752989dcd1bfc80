"""What stands before the text when attributes are asked for: a Dream network that knows nothing but which token follows
which (dreamon.py) writes the letter that tells what its hole comes after."""
import json
import dreamon
from checkpoint import byte_tokenizer

BEGIN = dreamon.BEGIN
# After bos comes p, after a line feed (a preface's or the assistant's) q.
FOLLOWS = [(BEGIN, ord("p"), 12), (10, ord("q"), 12)]


def make(folder, template=False, name=None):
    specials = ["<|im_end|>", "<|beginoftext|>", "<|mask|>", "<|im_start|>"]
    files = {"tokenizer.json": json.dumps(byte_tokenizer(specials))}
    if template:
        files["tokenizer_config.json"] = json.dumps({"chat_template": "{{ messages }}"})
    return dreamon.make(folder, FOLLOWS, files=files, extra={"_name_or_path": name} if name else {})


cases = {"chat, base": {}, "chat, instruct": {"template": True}, "chat, base with a template": {"template": True, "name": "x/Y-Base"}}
facts = {"framing.chat": None}
EMPTY = {"text": "", "spans": [[0, 0]], "length": 1}
FORMAL = {**EMPTY, "attribute": "formal", "guidance": 1}
holes = [
    (0, EMPTY, "p"), (1, EMPTY, "p"),
    (0, FORMAL, "q"), (1, FORMAL, "q"), (2, FORMAL, "q"),
]
