/* register_read.c - registers as text, the read-only ones made when asked for. */
#include "editor/command/editor_inside.h"

#include <string.h>

static bool from_text(struct yank *yank, const char *text)
{
    if (!text)
        return false;
    *yank = (struct yank){ .bytes = memory_copy(text, strlen(text)), .size = strlen(text) };
    return true;
}

/* What was typed last, as text: keys that type nothing are left out, Backspace takes one back. */
static bool from_inserted(const struct editor *editor, struct yank *yank)
{
    const struct key_list *keys = &editor->inside->last_inserted;
    struct bytes bytes = { 0 };
    for (size_t i = 0; i < keys->count; i++) {
        struct key key = keys->keys[i];
        if (key.code == KEY_ENTER)
            bytes_append_byte(&bytes, '\n');
        else if (key_character(key) != (uint32_t)-1)
            key_encode(key, &bytes);
    }
    yank->size = bytes.size;
    yank->shape = SHAPE_CHARACTERS;
    yank->bytes = bytes_take(&bytes);
    return true;
}

bool register_read(struct editor *editor, uint32_t name, struct yank *yank)
{
    const struct document *document = editor_document(editor);
    *yank = (struct yank){ 0 };
    switch (name) {
    case '.':
        return from_inserted(editor, yank);
    case ':':
        return from_text(yank, editor->inside->last_line);
    case '/':
        return from_text(yank, editor->search.pattern);
    case '%':
        return from_text(yank, document->path);
    case '#':
        return editor->alternate < editor->document_count && editor->alternate != editor->current &&
               from_text(yank, editor->documents[editor->alternate]->path);
    case '_':
        return from_text(yank, "");
    default:
        break;
    }
    const struct yank *found = register_get(&editor->registers, name);
    if (!found)
        return false;
    *yank = *found;
    yank->bytes = memory_copy(found->bytes, found->size);
    return true;
}
