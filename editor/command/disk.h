/* disk.h - whether the file of a document is still what was read or written last. */
#ifndef EDITOR_COMMAND_DISK_H
#define EDITOR_COMMAND_DISK_H

#include "editor/text/file.h"

struct document;
struct editor;

/* Looks at the file. One that was only touched, or replaced by the same bytes, counts as FILE_SAME from then
 * on. */
enum file_state document_check_file(struct document *document);
/* Says on the message line what another program did to the file of the document shown. Cheap: for every
 * focus. */
void editor_notice_disk(struct editor *editor);

#endif
