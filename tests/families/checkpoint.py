"""Checkpoints with small random weights for the tests of families, and the parts of their networks in numpy."""
import json, math, os, struct, subprocess
import numpy as np

random = np.random.default_rng(7)


def matrix(*shape):
    return random.normal(0, 0.3, shape).astype(np.float32)


def scale(width):
    return random.normal(1, 0.2, width).astype(np.float32)


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, values in tensors.items():
        part = np.ascontiguousarray(values, dtype="<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def write_checkpoint(folder, config, tensors, files):
    os.makedirs(folder)
    write_safetensors(os.path.join(folder, "model.safetensors"), tensors)
    for name, content in {"config.json": json.dumps(config), **files}.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(content)


def byte_tokenizer(specials):
    """A tokenizer.json of byte-level BPE without merges: the 256 bytes, then the special tokens."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in printable}
    for count, byte in enumerate(b for b in range(256) if b not in letters):
        letters[byte] = chr(256 + count)
    level = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
    return {"added_tokens": [{"id": 256 + i, "content": name, "special": True, "normalized": False} for i, name in enumerate(specials)],
            "pre_tokenizer": level, "decoder": level,
            "model": {"type": "BPE", "vocab": {letters[byte]: byte for byte in range(256)}, "merges": []}}


def read_logits(program, folder, ids):
    """[len(ids), vocabulary] as the network gives them."""
    out = os.path.join(folder, "logits.safetensors")
    subprocess.run([program, "logits", "--model", folder, "--ids", ",".join(map(str, ids)), "--out", out], check=True)
    with open(out, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(size))
        one = header["logits"]
        data = file.read()[one["data_offsets"][0]:one["data_offsets"][1]]
    return np.frombuffer(data, dtype="<f4").reshape(one["shape"])


def read_facts(program, folder):
    """What `info` says, nested names joined by dots."""
    def flatten(value, name=""):
        if not isinstance(value, dict):
            return {name: value}
        return {k: v for key, one in value.items() for k, v in flatten(one, name + "." * bool(name) + key).items()}
    return flatten(json.loads(subprocess.run([program, "info", "--json", "--model", folder], check=True, capture_output=True).stdout))


def fill(program, folder, request):
    """The best alternative of the answer to one request; of a failure, its error as the text."""
    done = subprocess.run([program, "infill", "--model", folder, "--requests", "-"], input=json.dumps(request).encode(),
                          capture_output=True)
    answer = json.loads(done.stdout)
    return answer["alternatives"][0] if "alternatives" in answer else {"text": str(answer), "lengths": []}


def refusal(program, folder):
    """Exit code and message of `info`."""
    done = subprocess.run([program, "info", "--model", folder], capture_output=True, text=True)
    return done.returncode, done.stderr


def layer_norm(x, weight, bias, epsilon):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * weight + bias


def gelu(x):
    return 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def attention(query, key, value, heads, seen=None):
    """[rows, width] each; `seen` [rows, rows] says which keys a row sees (all, if None)."""
    rows, width = query.shape
    query, key, value = (x.reshape(rows, heads, -1).transpose(1, 0, 2) for x in (query, key, value))
    scores = query @ key.transpose(0, 2, 1) / math.sqrt(width // heads)
    if seen is not None:
        scores = np.where(seen, scores, -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return (weights @ value).transpose(1, 0, 2).reshape(rows, width)


def rotate_half(x, heads, base):
    """Rotary embedding of [rows, width] by position, pairs half a head apart (Su et al. 2021)."""
    rows, width = x.shape
    x = x.reshape(rows, heads, -1)
    half = x.shape[-1] // 2
    angle = np.arange(rows)[:, None] * base ** (-np.arange(half) / half)[None, :]
    cosine, sine = np.cos(angle)[:, None, :], np.sin(angle)[:, None, :]
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * cosine - b * sine, b * cosine + a * sine], -1).reshape(rows, width)
