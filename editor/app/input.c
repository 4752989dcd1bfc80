#include "editor/app/input.h"

#include "editor/app/sequence.h"

#include <string.h>

enum { KEPT_BEHIND = 1 << 16 }; /* bytes understood that may stay in front of the waiting ones */

static const char paste_end[] = "\033[201~";

void input_free(struct input *input)
{
    bytes_free(&input->waiting);
    bytes_free(&input->paste);
    *input = (struct input){ 0 };
}

void input_feed(struct input *input, const char *bytes, size_t size)
{
    size_t left = input->waiting.size - input->at;
    if (left == 0 || input->at > KEPT_BEHIND) {
        if (left)
            memmove(input->waiting.data, input->waiting.data + input->at, left);
        input->waiting.size = left;
        input->at = 0;
    }
    bytes_append(&input->waiting, bytes, size);
    input->hurried = false;
}

bool input_waits(const struct input *input)
{
    return !input->hurried && !input->pasting && input->at < input->waiting.size;
}

void input_hurry(struct input *input)
{
    input->hurried = true;
}

/* A terminal sends a carriage return for each line end of a paste. */
static void append_pasted(struct bytes *paste, const char *bytes, size_t size)
{
    bytes_reserve(paste, size);
    for (size_t i = 0; i < size; i++) {
        char byte = bytes[i];
        if (byte == '\r' && i + 1 < size && bytes[i + 1] == '\n')
            continue;
        paste->data[paste->size++] = byte == '\r' ? '\n' : byte;
    }
    paste->data[paste->size] = 0;
}

/* Everything up to the end mark, which may come in parts: as many bytes as could begin it are left waiting.
 */
static struct input_event read_paste(struct input *input)
{
    const char *from = input->waiting.data + input->at;
    size_t size = input->waiting.size - input->at, mark = sizeof paste_end - 1;
    const char *end = size ? memmem(from, size, paste_end, mark) : NULL;
    if (!end) {
        size_t keep = size < mark ? size : mark;
        append_pasted(&input->paste, from, size - keep);
        input->at += size - keep;
        return (struct input_event){ 0 };
    }
    append_pasted(&input->paste, from, (size_t)(end - from));
    input->at += (size_t)(end - from) + mark;
    input->pasting = false;
    return (struct input_event){ .kind = INPUT_PASTE, .bytes = input->paste.data, .size = input->paste.size };
}

struct input_event input_next(struct input *input)
{
    while (!input->pasting && input->at < input->waiting.size) {
        struct sequence found = { 0 };
        size_t used = sequence_read(input->waiting.data + input->at, input->waiting.size - input->at,
                                    input->hurried, &found);
        if (used == 0)
            return (struct input_event){ 0 };
        input->at += used;
        switch (found.kind) {
        case SEQUENCE_KEY:
            return (struct input_event){ .kind = INPUT_KEY, .key = key_normal(found.key) };
        case SEQUENCE_MOUSE:
            return (struct input_event){
                .kind = INPUT_MOUSE, .key = found.key, .row = found.row, .column = found.column
            };
        case SEQUENCE_FOCUS:
            return (struct input_event){ .kind = INPUT_FOCUS };
        case SEQUENCE_BLUR:
            return (struct input_event){ .kind = INPUT_BLUR };
        case SEQUENCE_PASTE:
            input->pasting = true;
            bytes_clear(&input->paste);
            bytes_reserve(&input->paste, 1);
            break;
        case SEQUENCE_NONE:
            break;
        }
    }
    return input->pasting ? read_paste(input) : (struct input_event){ 0 };
}
