#include "model/verify/verify.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32 };

/* ---- outcomes */

void verify_passed(struct verify_file *file)
{
    file->report->passed++;
}

static void outcome_print(const struct verify_file *file, const char *what, const char *name,
                          const char *format, va_list arguments)
{
    fprintf(file->report->out, "%s %s %s: ", what, file->path, name);
    vfprintf(file->report->out, format, arguments);
    fputc('\n', file->report->out);
}

void verify_failed(struct verify_file *file, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    outcome_print(file, "failed", name, format, arguments);
    va_end(arguments);
    file->report->failed++;
}

void verify_skipped(struct verify_file *file, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    outcome_print(file, "skipped", name, format, arguments);
    va_end(arguments);
    file->report->skipped++;
}

void verify_outcome(struct verify_file *file, const char *name, bool passed, const struct lacuna_error *error)
{
    if (passed)
        verify_passed(file);
    else
        verify_failed(file, name, "%s", error->message);
}

/* ---- files */

bool verify_beside(const struct verify_file *file, const char *name)
{
    char *path = path_join(file->folder, name);
    bool there = file_exists(path);
    free(path);
    return there;
}

/* Files of a model that are never cases; some are large. */
static bool is_part_of_model(const char *name)
{
    static const char *const parts[] = { "config.json",
                                         "vocab.json",
                                         "tokenizer.json",
                                         "tokenizer_config.json",
                                         "generation_config.json",
                                         "training_args.json" };
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
        if (!strcmp(name, parts[k]))
            return true;
    return text_ends_with(name, ".index.json");
}

static const struct verify_system *system_of(const struct verify_file *file)
{
    for (const struct verify_system *const *row = verify_system_table; *row; row++)
        if ((*row)->knows(file))
            return *row;
    return NULL;
}

/* Cases of a system that is not known are skipped; JSON without cases is no case file. */
static void unknown_skip(struct verify_file *file)
{
    const json_t *cases = json_object_get(file->content, "cases"), *one;
    const char *system = json_text(file->content, "system", NULL);
    size_t k;
    if (!system)
        return;
    json_array_foreach(cases, k, one)
    {
        verify_skipped(file, json_text(one, "name", "?"), "system %s is not known", system);
    }
}

static void cases_run(struct verify_file *file)
{
    const struct verify_system *system = system_of(file);
    const char *beside = json_text(file->content, "tensors_file", NULL);
    struct checkpoint *arrays = NULL;
    struct lacuna_error error = { 0 };
    if (system && beside) {
        char *path = path_join(file->folder, beside);
        arrays = checkpoint_open(path, &error);
        free(path);
        if (!arrays) {
            verify_failed(file, beside, "%s", error.message);
            return;
        }
    }
    file->arrays = arrays;
    if (system)
        system->run(file);
    else
        unknown_skip(file);
    checkpoint_close(arrays);
}

static void file_run(const char *path, struct engine *engine, struct verify_report *report)
{
    struct lacuna_error error = { 0 };
    char *folder = path_folder(path);
    json_t *content = json_from_file(path, &error);
    struct verify_file file = { .path = path,
                                .folder = folder,
                                .name = path_last(path),
                                .content = content,
                                .engine = engine,
                                .report = report };
    if (content)
        cases_run(&file);
    else
        verify_failed(&file, "-", "%s", error.message);
    json_decref(content);
    free(folder);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool folder_run(const char *folder, int depth, struct engine *engine, struct verify_report *report,
                       struct lacuna_error *error)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_visible, alphasort);
    if (count < 0 || depth > DEPTH_MAX)
        return fail(error, LACUNA_MODEL, "%s: cannot be searched", folder);
    bool fine = true;
    for (int k = 0; k < count; k++) {
        char *path = path_join(folder, entries[k]->d_name);
        if (file_is_folder(path))
            fine = fine && folder_run(path, depth + 1, engine, report, error);
        else if (text_ends_with(path, ".json") && !is_part_of_model(entries[k]->d_name))
            file_run(path, engine, report);
        free(path);
        free(entries[k]);
    }
    free(entries);
    return fine;
}

bool verify_folder(const char *path, struct engine *engine, struct verify_report *report,
                   struct lacuna_error *error)
{
    if (file_is_folder(path))
        return folder_run(path, 0, engine, report, error);
    if (!file_exists(path))
        return fail(error, LACUNA_MODEL, "%s: is not there", path);
    file_run(path, engine, report);
    return true;
}
