#include "editor/app/paths.h"

#include "editor/base/bytes.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A variable of the XDG base directory rules, else its default under the home folder. */
static char *user_path(const char *variable, const char *fallback, const char *name)
{
    const char *base = getenv(variable), *home = getenv("HOME");
    struct bytes path = { 0 };
    if (base && *base == '/')
        bytes_format(&path, "%s/lacuna%s", base, name);
    else if (home && *home)
        bytes_format(&path, "%s/%s/lacuna%s", home, fallback, name);
    else
        return NULL;
    return bytes_take(&path);
}

char *path_of_config(const char *name)
{
    struct bytes slashed = { 0 };
    bytes_format(&slashed, "/%s", name);
    char *path = user_path("XDG_CONFIG_HOME", ".config", slashed.data);
    bytes_free(&slashed);
    return path;
}

char *path_of_state(void)
{
    return user_path("XDG_STATE_HOME", ".local/state", "");
}

char *path_of_data(const char *name)
{
    static const char *const places[] = { "../share/lacuna/", "../../../share/" };
    char program[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    program[size > 0 ? size : 0] = 0;
    char *slash = strrchr(program, '/');
    if (!slash)
        return NULL;
    slash[1] = 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct bytes path = { 0 };
        bytes_format(&path, "%s%s%s", program, places[i], name);
        if (access(path.data, R_OK) == 0)
            return bytes_take(&path);
        bytes_free(&path);
    }
    return NULL;
}
