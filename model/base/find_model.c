#include "model/base/find_model.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDERS_MAX = 32, ANCESTORS = 4 };

/* Existing folders that hold models, each once, in the order of search. */
struct places {
    char *at[FOLDERS_MAX];
    size_t count;
};

static bool is_there(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0;
}

static char *join(const char *folder, const char *rest)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, rest) < 0 ? NULL : path;
}

static void add_place(struct places *places, const char *folder, const char *rest)
{
    char *path = join(folder, rest);
    char *real = path ? realpath(path, NULL) : NULL;
    free(path);
    for (size_t i = 0; real && i < places->count; i++)
        if (strcmp(places->at[i], real) == 0) {
            free(real);
            return;
        }
    if (real && places->count < FOLDERS_MAX)
        places->at[places->count++] = real;
    else
        free(real);
}

/* Up from bin/, lib/TRIPLET/ or build/PRESET/model/ to the folder that has a share. */
static void add_ancestors(struct places *places, const char *file)
{
    char path[PATH_MAX];
    if (!realpath(file, path))
        return;
    for (int i = 0; i < ANCESTORS; i++) {
        char *slash = strrchr(path, '/');
        if (!slash || slash == path)
            return;
        *slash = 0;
        add_place(places, path, "share/lacuna/models");
        char *source = join(path, "share/bootstrap");
        if (source && is_there(source))
            add_place(places, path, "share/models");
        free(source);
    }
}

static void add_data_folders(struct places *places)
{
    const char *home = getenv("XDG_DATA_HOME");
    const char *user = getenv("HOME");
    if (home && home[0] == '/')
        add_place(places, home, "lacuna/models");
    else if (user && user[0] == '/')
        add_place(places, user, ".local/share/lacuna/models");
    const char *list = getenv("XDG_DATA_DIRS");
    char *folders = strdup(list && *list ? list : "/usr/local/share:/usr/share");
    char *rest = NULL;
    for (char *one = folders ? strtok_r(folders, ":", &rest) : NULL; one; one = strtok_r(NULL, ":", &rest))
        if (one[0] == '/')
            add_place(places, one, "lacuna/models");
    free(folders);
}

static void find_places(struct places *places, const char *data_folder)
{
    *places = (struct places){ .count = 0 };
    if (data_folder)
        add_place(places, data_folder, "models");
    Dl_info library;
    if (dladdr((const void *)find_model, &library) && library.dli_fname && strchr(library.dli_fname, '/'))
        add_ancestors(places, library.dli_fname);
    add_ancestors(places, "/proc/self/exe");
    add_data_folders(places);
}

static void release_places(struct places *places)
{
    for (size_t i = 0; i < places->count; i++)
        free(places->at[i]);
}

static char *find_in(const char *folder, const char *name)
{
    char *path = join(folder, name);
    if (path && is_there(path))
        return path;
    free(path);
    char *file = NULL;
    if (asprintf(&file, "%s/%s.gguf", folder, name) < 0)
        return NULL;
    if (is_there(file))
        return file;
    free(file);
    return NULL;
}

static void visit_folder(const char *folder, void (*visit)(void *, const char *, const char *), void *user)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char *path = entries[i]->d_name[0] == '.' ? NULL : join(folder, entries[i]->d_name);
        size_t size = strlen(entries[i]->d_name);
        if (path && size > 5 && strcmp(entries[i]->d_name + size - 5, ".gguf") == 0)
            entries[i]->d_name[size - 5] = 0;
        if (path)
            visit(user, entries[i]->d_name, path);
        free(path);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

void find_models(const char *data_folder, void (*visit)(void *user, const char *name, const char *path),
                 void *user)
{
    struct places places;
    find_places(&places, data_folder);
    for (size_t i = 0; i < places.count; i++)
        visit_folder(places.at[i], visit, user);
    release_places(&places);
}

struct listing {
    char text[320];
    size_t used;
};

static void append(struct listing *listing, const char *before, const char *word)
{
    size_t size = strlen(before) + strlen(word);
    if (listing->used + size >= sizeof listing->text)
        return;
    snprintf(listing->text + listing->used, sizeof listing->text - listing->used, "%s%s", before, word);
    listing->used += size;
}

static void append_name(void *user, const char *name, const char *path)
{
    (void)path;
    struct listing *listing = user;
    append(listing, listing->used ? ", " : "; there are: ", name);
}

static void say_missing(const char *name, const struct places *places, struct lacuna_error *error)
{
    struct listing looked = { .used = 0 }, models = { .used = 0 };
    for (size_t i = 0; i < places->count; i++) {
        append(&looked, looked.used ? ", " : "", places->at[i]);
        visit_folder(places->at[i], append_name, &models);
    }
    if (places->count == 0)
        append(&looked, "", "share/lacuna/models beside the program, the XDG data folders");
    fail(error, LACUNA_MODEL, "there is no model '%.100s': looked in %s%s", name, looked.text, models.text);
}

char *find_model(const char *name, const char *data_folder, struct lacuna_error *error)
{
    bool is_path = strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || !name[0];
    if (is_path && !is_there(name)) {
        fail(error, LACUNA_MODEL, "%.400s: there is no such model folder or file", name);
        return NULL;
    }
    char *found = is_path ? strdup(name) : NULL;
    struct places places = { .count = 0 };
    if (!is_path)
        find_places(&places, data_folder);
    for (size_t i = 0; !found && i < places.count; i++)
        found = find_in(places.at[i], name);
    if (!found && is_there(name))
        found = strdup(name);
    if (!found)
        say_missing(name, &places, error);
    release_places(&places);
    return found;
}

char *find_data(const char *name, const char *data_folder)
{
    struct places places;
    find_places(&places, data_folder);
    char *found = NULL;
    for (size_t i = 0; !found && i < places.count; i++) {
        char *slash = strrchr(places.at[i], '/');
        if (!slash)
            continue;
        *slash = 0;
        char *path = join(places.at[i], name);
        if (path && is_there(path))
            found = path;
        else
            free(path);
    }
    release_places(&places);
    return found;
}
