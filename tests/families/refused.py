"""Checkpoints that cannot be opened, and what is said of them."""
import json, os, struct
import bert, dreamon


def of_type(model_type):
    def make(folder):
        bert.make(folder)
        path = os.path.join(folder, "config.json")
        with open(path) as file:
            config = json.load(file)
        with open(path, "w") as file:
            json.dump({key: value for key, value in {**config, "model_type": model_type}.items() if value}, file)
    return make


def too_large(folder):
    """A Dream of 4 TB, which are nothing but a hole in the file."""
    dreamon.make(folder)
    width, rows = 1 << 16, 1 << 24
    size = width * rows * 4
    header = {"model.embed_tokens.weight": {"dtype": "F32", "shape": [rows, width], "data_offsets": [0, size]}}
    with open(os.path.join(folder, "model.safetensors"), "r+b") as file:
        text = json.dumps(header).encode()
        file.truncate(0)
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + size)


refusals = [
    (of_type("lladda"), r"\"lladda\".*nearest is llada, known are .*bert.*dream.*modernbert"),
    (of_type("ModernBert"), r"nearest is modernbert"),
    (of_type(None), r"no \"model_type\".*known are"),
    (too_large, r"needs \d+ MB of memory, and \d+ MB are available; take a smaller"),
]
