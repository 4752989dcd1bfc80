#include "editor/command/disk.h"

#include "editor/command/editor.h"

enum file_state document_check_file(struct document *document)
{
    struct file_stamp now;
    if (!document->path)
        return FILE_SAME;
    enum file_state state = file_compare(document->path, &document->stamp, &now);
    if (state != FILE_TOUCHED)
        return state;
    const struct text *clean = document->steps[document->clean_step].text;
    size_t size = text_size(clean), without = document->lacks_final_feed && size > 0 ? size - 1 : size;
    if (!file_holds(document->path, clean, (struct span){ 0, without }, &document->form))
        return FILE_CHANGED;
    document->stamp = now;
    return FILE_SAME;
}

void editor_notice_disk(struct editor *editor)
{
    struct document *document = editor_document(editor);
    if (!document)
        return;
    switch (document_check_file(document)) {
    case FILE_SAME:
    case FILE_TOUCHED:
        break;
    case FILE_GONE:
        editor_error(editor, "another program removed %s; :w writes it again", document->path);
        break;
    case FILE_APPEARED:
        editor_error(editor, "another program made %s; :e! reads it", document->path);
        break;
    case FILE_CHANGED:
        editor_error(editor, "another program changed %s; :e! reads it again", document->path);
        break;
    }
}
