#include "editor/command/headless.h"

#include "editor/base/memory.h"
#include "editor/command/fill.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_FILE_LIMIT = 64 << 20 };

/* The keys of a file; its last line feed is none. */
static bool read_keys(const char *path, struct key_list *keys, struct error *error)
{
    FILE *file = fopen(path, "rb");
    struct bytes bytes = { 0 };
    struct error inner;
    char block[65536];
    size_t got;
    if (!file)
        return fail(error, "%s: %s", path, strerror(errno));
    while ((got = fread(block, 1, sizeof block, file)) > 0 && bytes.size < KEY_FILE_LIMIT)
        bytes_append(&bytes, block, got);
    bool good = !ferror(file) || fail(error, "%s: %s", path, strerror(errno));
    fclose(file);
    if (bytes.size && bytes.data[bytes.size - 1] == '\n')
        bytes.size--;
    if (good && !key_list_parse(keys, bytes.data ? bytes.data : "", bytes.size, &inner))
        good = fail(error, "%s: %s", path, inner.text);
    bytes_free(&bytes);
    return good;
}

static void apply(struct editor *editor, const struct key_list *keys)
{
    for (size_t i = 0; i < keys->count && !editor->quit && !editor->failed; i++) {
        editor_key(editor, keys->keys[i]);
        fill_wait(editor);
    }
    if (!editor->quit && !editor->failed)
        editor_finish(editor);
    fill_wait(editor);
    fill_reject_all(editor);
}

int headless_run(struct editor *editor, const char *key_path, struct error *error)
{
    struct key_list keys = { 0 };
    struct document *document = editor_document(editor);
    const char *path = document->path ? document->path : "no file";
    editor->headless = true;
    if (!document->stamp.exists) {
        fail(error, "%s: there is no such file", path);
        return 2;
    }
    bool good = read_keys(key_path, &keys, error);
    if (good)
        apply(editor, &keys);
    key_list_free(&keys);
    if (good && editor->failed)
        good = fail(error, "%s: %s", path, editor->message[0] ? editor->message : "a command failed");
    if (!good)
        return 2;
    if (editor->discarded)
        return editor->exit_code;
    for (size_t i = 0; i < editor->document_count; i++)
        if (editor->documents[i] == document)
            editor_show_document(editor, i);
    if (editor_document(editor) == document && document_is_modified(document) &&
        !editor_write(editor, 0, true)) {
        fail(error, "%s", editor->message);
        return 2;
    }
    return editor->exit_code;
}
