/* training_text.h - some thousand sentences of a small language in a prepared folder, for the tests of
 * training. */
#ifndef TESTS_TRAINING_TEXT_H
#define TESTS_TRAINING_TEXT_H

#include "model/base/buffer.h"
#include "model/base/file.h"
#include "model/base/random.h"
#include "model/train/prepare.h"

#include <stdio.h>
#include <stdlib.h>

/* A new folder of its own under the temporary one; free() the path. */
static inline char *training_folder(void)
{
    char *path = path_join(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", "lacuna-train-XXXXXX");
    return mkdtemp(path);
}

static inline void training_remove(char *folder)
{
    struct buffer command = { 0 };
    buffer_print(&command, "rm -rf '%s'", folder);
    if (system(command.at) != 0)
        fprintf(stderr, "%s is left\n", folder);
    buffer_free(&command);
    free(folder);
}

/* folder/data: text of paragraphs with sentences, prepared with a tokenizer learnt from it. */
static inline char *training_data(const char *folder)
{
    static const char *const words[] = { "the",     "old",     "woman",      "keeper",    "walked", "slowly",
                                         "towards", "harbour", "light",      "before",    "storm",  "winter",
                                         "seven",   "ships",   "na\u00efve", "remembered" };
    struct random random = random_new(4, 0);
    struct buffer text = { 0 };
    for (int sentence = 0; sentence < 3000; sentence++) {
        for (int n = 4 + (int)random_below(&random, 9), i = 0; i < n; i++) {
            const char *word = words[random_below(&random, 16)];
            buffer_print(&text, "%s%s", i ? (random_below(&random, 9) ? " " : ", ") : "", i ? word : "Then");
        }
        buffer_add_text(&text, random_below(&random, 5) ? ". " : ".\n\n");
    }
    char *file = path_join(folder, "text.txt"), *data = path_join(folder, "data");
    struct preparation preparation = {
        .files = (const char *const[]){ file }, .file_count = 1, .vocabulary = 384, .folder = data
    };
    bool fine = file_write(file, text.at, text.size, NULL) && prepare_text(&preparation, NULL, NULL);
    buffer_free(&text);
    free(file);
    return fine ? data : NULL;
}

#endif
