#include "editor/app/journals.h"

#include "editor/app/paths.h"
#include "editor/base/memory.h"
#include "editor/command/fill.h"
#include "editor/text/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A document that was seen; it may be gone from the editor, and is then never looked into. */
struct watched {
    struct document *document;
    char *path; /* owned: of the document when it was seen; NULL: none */
    struct document_listener listener;
    struct journals *journals;
    struct journal *journal; /* NULL: nothing has been changed, or it cannot be written */
    bool refused;
    uint64_t version; /* of the document, as noted last */
    size_t holes;     /* checksum of the holes, as noted last */
};

struct journals {
    struct editor *editor;
    char *folder; /* NULL: no place for them */
    struct watched **watched;
    size_t count;
};

struct journals *journals_new(struct editor *editor)
{
    struct journals *journals = memory_new_zero(sizeof *journals);
    journals->editor = editor;
    journals->folder = path_of_state();
    return journals;
}

/* The text as its file holds it: without the line feed that the editor adds. */
static struct text *file_text(const struct document *document, struct text *text)
{
    size_t size = text_size(text);
    if (document->lacks_final_feed && size)
        return text_replace(text, (struct span){ size - 1, size }, "", 0);
    return text_keep(text);
}

static void note_text(struct watched *watched, const struct document *document)
{
    struct text *text = file_text(document, document->text);
    journal_note(watched->journal, text);
    text_free(text);
    watched->version = document->version;
}

static size_t checksum_holes(const struct editor *editor, const struct document *document)
{
    size_t sum = 0;
    const struct hole *hole;
    for (size_t i = 0; (hole = fill_hole_at(editor, document, i)); i++)
        sum = (sum + hole->span.start + 1) * 31 + hole->span.end;
    return sum;
}

static void note_holes(struct watched *watched, const struct document *document)
{
    const struct editor *editor = watched->journals->editor;
    size_t count = fill_hole_count(editor, document);
    struct journal_hole *holes = memory_new((count + 1) * sizeof *holes);
    for (size_t i = 0; i < count; i++)
        holes[i] = (struct journal_hole){ fill_hole_at(editor, document, i)->span, (char *)"" };
    journal_set_holes(watched->journal, holes, count);
    watched->holes = checksum_holes(editor, document);
    free(holes);
}

static void open_journal(struct watched *watched, const struct document *document)
{
    struct journals *journals = watched->journals;
    struct error error = { 0 };
    struct text *text = file_text(document, document->steps[document->clean_step].text);
    watched->journal = journal_open(journals->folder, document->path, text, &error);
    text_free(text);
    if (watched->journal)
        return;
    watched->refused = true;
    editor_error(journals->editor, "no recovery journal: %s", error.text);
}

static void saving(void *user, struct document *document)
{
    struct watched *watched = user;
    struct text *text = file_text(document, document->text);
    if (watched->journal)
        journal_saving(watched->journal, text, NULL);
    text_free(text);
}

static void saved(void *user, struct document *document)
{
    struct watched *watched = user;
    struct text *text = file_text(document, document->text);
    if (watched->journal)
        journal_saved(watched->journal, text, NULL);
    text_free(text);
}

static void restore_holes(struct journals *journals, const struct document *document)
{
    struct journal_hole *holes;
    size_t count;
    struct text *text = file_text(document, document->text);
    if (journal_holes(journals->folder, document->path, text, &holes, &count)) {
        for (size_t i = 0; i < count; i++)
            fill_mask(journals->editor, holes[i].span);
        editor_message(journals->editor, "%zu %s open since the last time", count,
                       count == 1 ? "hole is" : "holes are");
        journal_holes_free(holes, count);
    }
    text_free(text);
}

/* Behind what the editor says already. */
static void add_error(struct editor *editor, const char *text)
{
    char before[256];
    snprintf(before, sizeof before, "%s", editor->message);
    editor_error(editor, "%s%s%s", before, *before ? "; " : "", text);
}

/* What is there for a file that is opened. */
static void greet(struct journals *journals, const struct document *document)
{
    struct error text = { 0 };
    int owner = 0;
    switch (journal_look(journals->folder, document->path, &owner)) {
    case JOURNAL_UNSAVED:
        fail(&text, "%s was not saved by a session that was cut off: lacuna --recover %s", document->path,
             document->path);
        add_error(journals->editor, text.text);
        break;
    case JOURNAL_BUSY:
        fail(&text, "%s is open in another editor, process %d", document->path, owner);
        add_error(journals->editor, text.text);
        break;
    case JOURNAL_HOLES:
        restore_holes(journals, document);
        break;
    case JOURNAL_NONE:
        break;
    }
}

static struct watched *watch(struct journals *journals, struct document *document)
{
    struct watched *watched = memory_new_zero(sizeof *watched);
    watched->document = document;
    watched->journals = journals;
    watched->path = document->path ? memory_copy(document->path, strlen(document->path)) : NULL;
    watched->version = document->version;
    watched->listener = (struct document_listener){ .saving = saving, .saved = saved, .user = watched };
    document_listen(document, &watched->listener);
    journals->watched = memory_resize(journals->watched, (journals->count + 1) * sizeof(struct watched *));
    journals->watched[journals->count++] = watched;
    if (document->path && journals->folder)
        greet(journals, document);
    return watched;
}

static struct watched *find(const struct journals *journals, const struct document *document)
{
    for (size_t i = 0; i < journals->count; i++)
        if (journals->watched[i]->document == document)
            return journals->watched[i];
    return NULL;
}

static bool is_open(const struct editor *editor, const struct document *document)
{
    for (size_t i = 0; i < editor->document_count; i++)
        if (editor->documents[i] == document)
            return true;
    return false;
}

static bool is_same(const struct watched *watched)
{
    const char *path = watched->document->path;
    return path && watched->path ? strcmp(path, watched->path) == 0 : path == watched->path;
}

static void unwatch(struct watched *watched, bool keep)
{
    if (is_open(watched->journals->editor, watched->document))
        document_unlisten(watched->document, &watched->listener);
    if (keep && watched->journal)
        journal_flush(watched->journal, NULL);
    journal_close(watched->journal, keep);
    free(watched->path);
    free(watched);
}

/* Those of documents that were closed or have another name now. */
static void drop_closed(struct journals *journals)
{
    size_t kept = 0;
    for (size_t i = 0; i < journals->count; i++) {
        struct watched *watched = journals->watched[i];
        if (is_open(journals->editor, watched->document) && is_same(watched))
            journals->watched[kept++] = watched;
        else
            unwatch(watched, false);
    }
    journals->count = kept;
}

void journals_update(struct journals *journals)
{
    struct editor *editor = journals->editor;
    drop_closed(journals);
    for (size_t i = 0; i < editor->document_count; i++) {
        struct document *document = editor->documents[i];
        struct watched *watched = find(journals, document);
        watched = watched ? watched : watch(journals, document);
        if (!document->path || !journals->folder || watched->refused)
            continue;
        bool edited = document->version != watched->version;
        bool holed = checksum_holes(editor, document) != watched->holes;
        if ((edited || holed) && !watched->journal)
            open_journal(watched, document);
        if (edited && watched->journal)
            note_text(watched, document);
        if (holed && watched->journal)
            note_holes(watched, document);
    }
}

void journals_close(struct journals *journals, bool keep)
{
    if (!journals)
        return;
    for (size_t i = 0; i < journals->count; i++)
        unwatch(journals->watched[i], keep);
    free(journals->watched);
    free(journals->folder);
    free(journals);
}

static void show_recovered(struct editor *editor, const struct recovery *recovery)
{
    struct document *document = editor_document(editor);
    struct span whole = { 0, text_size(document->text) };
    document_splice(document, whole, recovery->text, (struct span){ 0, text_size(recovery->text) });
    document_ensure_line(document);
    editor_close_step(editor);
    for (size_t i = 0; i < recovery->hole_count; i++)
        fill_mask(editor, recovery->holes[i].span);
    editor_set_cursor(editor, 0);
    editor_message(editor, "recovered; u shows the file as it is, :w writes what was typed");
}

bool journals_recover(struct editor *editor, const char *path, struct error *error)
{
    struct recovery recovery = { 0 };
    char *folder = path_of_state();
    bool good = folder || fail(error, "%s: neither XDG_STATE_HOME nor HOME says where journals are", path);
    good = good && journal_recover(folder, path, &recovery, error) && editor_open(editor, path, error);
    if (good) {
        show_recovered(editor, &recovery);
        if (recovery.journal)
            unlink(recovery.journal);
    }
    recovery_free(&recovery);
    free(folder);
    return good;
}
